#include "storage/vault/vault.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "domain/world/world.h"
#include "storage/base/file.h"
#include "storage/base/rocksdb_status.h"
#include "storage/crypto/aead.h"
#include "storage/crypto/crc.h"
#include "storage/log/commit_record.h"

namespace roster::storage {
namespace {

using event::v1::PersonalData;
using event::v1::SealedData;

constexpr KeyId kSlotsAhead = 1024;

// The header: name and version of the format, log id, number of slots, and the first bytes of a MAC
// over these under the key-encryption key.
constexpr std::string_view kMagic = {"roster vault 1\n\0", 16};
constexpr size_t kMacBytes = 24;
static_assert(kMagic.size() + kLogIdBytes + domain::kPositionBytes + kMacBytes == kVaultSlotBytes);

// A slot: the wrapped key and its CRC-32, which shows damage without the key-encryption key.
constexpr size_t kWrappedBytes = kVaultSlotBytes - kCrcBytes;
static_assert(kWrappedBytes == kSealBytes + kSecretKeyBytes);

// The bytes of a destroyed slot.
const std::string& Destroyed() {
  static const std::string kDestroyed(kVaultSlotBytes, '\0');
  return kDestroyed;
}

std::string SlotContext(std::string_view log_id, KeyId key_id) {
  std::string context(log_id);
  domain::AppendPosition(context, key_id);
  return context;
}

std::string NewSlot(const SecretKey& wrapping, std::string_view log_id, KeyId key_id) {
  const SecretKey key = SecretKey::Random();
  std::string slot = Seal(wrapping, SlotContext(log_id, key_id), key.bytes());
  return slot += Crc32(slot);
}

std::string Header(const SecretKey& key_encryption_key, std::string_view log_id, KeyId slots) {
  std::string header(kMagic);
  header += log_id;
  domain::AppendPosition(header, slots);
  return header += key_encryption_key.Authenticate(header).substr(0, kMacBytes);
}

// The associated data of personal data: it opens for this user under this key alone.
std::string PersonContext(std::string_view account_id, std::string_view user_id, KeyId key_id) {
  std::string context;
  context.reserve(account_id.size() + user_id.size() + 2 + domain::kPositionBytes);
  context.append(account_id) += '\0';
  context.append(user_id) += '\0';
  domain::AppendPosition(context, key_id);
  return context;
}

absl::Status Damaged(const std::string& path, std::string_view what) {
  return absl::DataLossError(absl::StrCat(
      "the key vault ", path, " is damaged: ", std::string(what), "; restore it from its backup"));
}

// Whether the header is one of this format, before its MAC is looked at.
absl::Status CheckBeginning(const std::string& path, std::string_view header) {
  if (header.size() < kVaultSlotBytes || header.substr(0, 13) != kMagic.substr(0, 13)) {
    return Damaged(path, "it does not begin like one");
  }
  if (header.substr(0, kMagic.size()) == kMagic) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the key vault ", path, " has another format: run the newer rosterd that wrote it"));
}

std::string_view LogIdIn(std::string_view header) {
  return header.substr(kMagic.size(), kLogIdBytes);
}

KeyId SlotsIn(std::string_view header) {
  return domain::TrailingPosition(header.substr(0, kVaultSlotBytes - kMacBytes));
}

// A slot that is not destroyed has the checksum of its key.
absl::Status CheckSlot(const std::string& path, KeyId key_id, std::string_view slot) {
  if (IsDestroyed(slot) || Crc32(slot.substr(0, kWrappedBytes)) == slot.substr(kWrappedBytes)) {
    return absl::OkStatus();
  }
  return Damaged(path, absl::StrCat("key ", key_id));
}

}  // namespace

absl::Status Vault::Create(const VaultOptions& options, std::string_view log_id) {
  if (ReadFile(options.path, options.env).ok()) {
    return absl::AlreadyExistsError(absl::StrCat("a key vault is in ", options.path));
  }
  return ReplaceFile(options.path, Header(options.key_encryption_key, log_id, 0), options.env);
}

absl::StatusOr<std::unique_ptr<Vault>> Vault::OpenFile(const VaultOptions& options) {
  rocksdb::Env* const env = options.env == nullptr ? rocksdb::Env::Default() : options.env;
  const auto& files = env->GetFileSystem();
  const std::string what = absl::StrCat("open the key vault ", options.path);
  const rocksdb::IOStatus exists = files->FileExists(options.path, {}, nullptr);
  if (exists.IsNotFound()) {
    return absl::NotFoundError(absl::StrCat("no key vault is at ", options.path,
                                            "; restore it from its backup, or say where it is "
                                            "with --key-vault"));
  }
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  const rocksdb::IOStatus opened = files->NewRandomRWFile(options.path, {}, &file, nullptr);
  if (!opened.ok()) return FromRocksDb(opened, what);
  std::unique_ptr<Vault> vault(new Vault(options, std::move(file)));
  ROSTER_TRY(vault->ReadHeader());
  ROSTER_TRY(vault->CheckSlots());
  return vault;
}

Vault::Vault(const VaultOptions& options, std::unique_ptr<rocksdb::FSRandomRWFile> file)
    : options_(options), file_(std::move(file)) {}

Vault::~Vault() { file_->Close({}, nullptr).PermitUncheckedError(); }

absl::Status Vault::ReadHeader() {
  char bytes[kVaultSlotBytes];
  rocksdb::Slice read;
  const rocksdb::IOStatus status = file_->Read(0, kVaultSlotBytes, {}, &read, bytes, nullptr);
  if (!status.ok()) return FromRocksDb(status, "read the key vault " + path());
  const std::string_view header = read.ToStringView();
  ROSTER_TRY(CheckBeginning(path(), header));
  const std::string_view text = header.substr(0, kVaultSlotBytes - kMacBytes);
  const std::string mac = options_.key_encryption_key.Authenticate(text).substr(0, kMacBytes);
  if (!EqualInConstantTime(mac, header.substr(text.size()))) {
    return absl::FailedPreconditionError(
        absl::StrCat("the key-encryption key does not belong to the key vault ", path(),
                     ", or the vault's header is damaged: give the key with which it was made"));
  }
  log_id_ = LogIdIn(header);
  size_ = SlotsIn(header);
  return absl::OkStatus();
}

absl::Status Vault::CheckSlots() {
  std::string buffer(kSlotsAhead * kVaultSlotBytes, '\0');
  for (KeyId first = 1; first <= size_; first += kSlotsAhead) {
    const KeyId count = std::min(kSlotsAhead, size_ - first + 1);
    rocksdb::Slice read;
    const rocksdb::IOStatus status = file_->Read(first * kVaultSlotBytes, count * kVaultSlotBytes,
                                                 {}, &read, buffer.data(), nullptr);
    if (!status.ok()) return FromRocksDb(status, "read the key vault " + path());
    if (read.size() < count * kVaultSlotBytes) return Damaged(path(), "its end is missing");
    for (KeyId i = 0; i < count; ++i) {
      const std::string_view slot =
          read.ToStringView().substr(i * kVaultSlotBytes, kVaultSlotBytes);
      ROSTER_TRY(CheckSlot(path(), first + i, slot));
      if (IsDestroyed(slot)) destroyed_at_open_.push_back(first + i);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<SecretKey>> Vault::ReadKey(KeyId key_id) const {
  if (key_id == kPreviewKey) return preview_key_;
  if (key_id > size_) return Damaged(path(), absl::StrCat("key ", key_id, " is missing"));
  char bytes[kVaultSlotBytes];
  rocksdb::Slice slot;
  const rocksdb::IOStatus status =
      file_->Read(key_id * kVaultSlotBytes, kVaultSlotBytes, {}, &slot, bytes, nullptr);
  if (!status.ok()) return FromRocksDb(status, "read the key vault " + path());
  if (slot.ToStringView() == Destroyed()) return std::optional<SecretKey>();
  std::optional<std::string> key =
      storage::Open(options_.key_encryption_key, SlotContext(log_id_, key_id),
                    slot.ToStringView().substr(0, kWrappedBytes));
  if (!key) return Damaged(path(), absl::StrCat("key ", key_id));
  return SecretKey(*key);
}

absl::StatusOr<std::optional<PersonalData>> Vault::TryOpen(std::string_view account_id,
                                                           std::string_view user_id,
                                                           const SealedData& sealed) const {
  ROSTER_ASSIGN(const std::optional<SecretKey> key, ReadKey(sealed.key_id()));
  if (!key) return std::optional<PersonalData>();
  const std::optional<std::string> bytes =
      storage::Open(*key, PersonContext(account_id, user_id, sealed.key_id()), sealed.bytes());
  PersonalData personal;
  if (!bytes || !personal.ParseFromString(*bytes)) {
    return Damaged(path(), absl::StrCat("key ", sealed.key_id(), " does not open the data of user ",
                                        std::string(user_id)));
  }
  return personal;
}

std::optional<PersonalData> Vault::Open(std::string_view account_id, std::string_view user_id,
                                        const SealedData& sealed) const {
  absl::StatusOr<std::optional<PersonalData>> opened = TryOpen(account_id, user_id, sealed);
  if (opened.ok()) return *std::move(opened);
  if (options_.on_damage) options_.on_damage(std::string(opened.status().message()));
  std::abort();
}

absl::StatusOr<SealedData> Vault::Seal(std::string_view account_id, std::string_view user_id,
                                       const PersonalData& personal, KeyId key_id) const {
  ROSTER_ASSIGN(const std::optional<SecretKey> key, ReadKey(key_id));
  if (!key) return Damaged(path(), absl::StrCat("key ", key_id, " was destroyed"));
  const std::string bytes = personal.SerializeAsString();
  // Protobuf writes some text that it refuses to read. Such an event could never be read again.
  if (PersonalData read_back; !read_back.ParseFromString(bytes)) {
    return absl::InvalidArgumentError("personal data can't be read back; is its text UTF-8?");
  }
  SealedData sealed;
  sealed.set_key_id(key_id);
  sealed.set_bytes(storage::Seal(*key, PersonContext(account_id, user_id, key_id), bytes));
  return sealed;
}

absl::StatusOr<KeyId> Vault::TakeKey() {
  if (last_taken_ >= size_) {
    ROSTER_TRY(WriteAhead());
  }
  return ++last_taken_;
}

// Writes the slots first, then their number in the header. A crash between the two leaves bytes
// after the last counted slot, which are ignored.
absl::Status Vault::WriteAhead() {
  std::string slots;
  slots.reserve(kSlotsAhead * kVaultSlotBytes);
  for (KeyId i = 1; i <= kSlotsAhead; ++i) {
    slots += NewSlot(options_.key_encryption_key, log_id_, size_ + i);
  }
  rocksdb::IOStatus status = file_->Write((size_ + 1) * kVaultSlotBytes, slots, {}, nullptr);
  if (status.ok()) status = file_->Sync({}, nullptr);
  const std::string header = Header(options_.key_encryption_key, log_id_, size_ + kSlotsAhead);
  if (status.ok()) status = file_->Write(0, header, {}, nullptr);
  if (status.ok()) status = file_->Sync({}, nullptr);
  if (!status.ok()) return FromRocksDb(status, "write the key vault " + path());
  size_ += kSlotsAhead;
  return absl::OkStatus();
}

absl::Status Vault::Destroy(const std::vector<KeyId>& key_ids) {
  for (const KeyId key_id : key_ids) {
    if (key_id == kPreviewKey || key_id > size_) {
      return Damaged(path(), absl::StrCat("key ", key_id, " is missing"));
    }
    const rocksdb::IOStatus status =
        file_->Write(key_id * kVaultSlotBytes, Destroyed(), {}, nullptr);
    if (!status.ok()) return FromRocksDb(status, "write the key vault " + path());
  }
  return FromRocksDb(file_->Sync({}, nullptr), "write the key vault " + path());
}

bool IsDestroyed(std::string_view slot) { return slot == Destroyed(); }

uint64_t VaultBytes(std::string_view header) { return (1 + SlotsIn(header)) * kVaultSlotBytes; }

absl::StatusOr<std::vector<KeyId>> CopyVault(
    const std::string& path, std::string_view log_id, absl::FunctionRef<bool(KeyId)> is_wanted,
    absl::FunctionRef<absl::Status(std::string_view bytes)> take) {
  ROSTER_ASSIGN(const std::unique_ptr<FileReader> file, FileReader::Open(path));
  ROSTER_ASSIGN(const std::string header, file->Read(kVaultSlotBytes));
  ROSTER_TRY(CheckBeginning(path, header));
  if (LogIdIn(header) != log_id) {
    return absl::FailedPreconditionError(
        absl::StrCat("the key vault ", path, " belongs to another store"));
  }
  ROSTER_TRY(take(header));
  std::vector<KeyId> destroyed;
  for (KeyId key_id = 1; key_id <= SlotsIn(header); ++key_id) {
    ROSTER_ASSIGN(const std::string slot, file->Read(kVaultSlotBytes));
    if (slot.size() < kVaultSlotBytes) return Damaged(path, "its end is missing");
    ROSTER_TRY(CheckSlot(path, key_id, slot));
    const bool wanted = is_wanted(key_id);
    if (wanted && IsDestroyed(slot)) destroyed.push_back(key_id);
    ROSTER_TRY(take(wanted ? slot : Destroyed()));
  }
  return destroyed;
}

}  // namespace roster::storage
