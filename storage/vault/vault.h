// The key vault: one key a person, which seals their personal data. Once the key is destroyed,
// every copy of that data is unreadable.
//
// A flat file of 64-byte slots (FORMAT.md). It is not in the store's directory, so that it has its
// own backups. Each key is wrapped by a key-encryption key that is kept elsewhere. Slots are synced
// ahead of their use, so a key is durable before the event that names it.

#ifndef ROSTER_STORAGE_VAULT_VAULT_H_
#define ROSTER_STORAGE_VAULT_VAULT_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/world/keys.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/crypto/secret_key.h"

namespace rocksdb {
class Env;
class FSRandomRWFile;
}  // namespace rocksdb

namespace roster::storage {

using domain::KeyId;

// The key of previews: it is in memory only, and nothing that it sealed is ever stored.
inline constexpr KeyId kPreviewKey = 0;

struct VaultOptions {
  std::string path;
  SecretKey key_encryption_key;
  // Called when a key can't be read. Must end the process, because a reader must not take a damaged
  // key for a destroyed one.
  std::function<void(std::string_view what)> on_damage = nullptr;
  rocksdb::Env* env = nullptr;  // the file system; null: the system's
};

// Thread-safe, but TakeKey and Destroy may each be called from one thread at a time, and
// ContinueAfter only before both.
class Vault final : public domain::Keys {
 public:
  // Creates the vault of a log. ALREADY_EXISTS: there is a file. Others: those of ReplaceFile.
  static absl::Status Create(const VaultOptions& options, std::string_view log_id);

  // Opens a vault and checks every slot. NOT_FOUND: there is none. FAILED_PRECONDITION: it has
  // another format, or the key-encryption key is not its own. DATA_LOSS: it is damaged. Messages
  // name the file.
  static absl::StatusOr<std::unique_ptr<Vault>> OpenFile(const VaultOptions& options);
  ~Vault() override;

  // The log whose keys these are.
  const std::string& log_id() const { return log_id_; }
  const std::string& path() const { return options_.path; }
  // The number of keys ever written; their ids count from 1.
  KeyId size() const { return size_; }
  // The keys that were destroyed before the vault was opened, in order.
  const std::vector<KeyId>& destroyed_at_open() const { return destroyed_at_open_; }

  // As domain::Keys. Damage ends the process, after on_damage.
  std::optional<event::v1::PersonalData> Open(std::string_view account_id, std::string_view user_id,
                                              const event::v1::SealedData& sealed) const override;

  // The personal data. Nothing: the key was destroyed. DATA_LOSS: there is no such key, or it does
  // not open the data. Errors of reading the file as FromRocksDb.
  absl::StatusOr<std::optional<event::v1::PersonalData>> TryOpen(
      std::string_view account_id, std::string_view user_id,
      const event::v1::SealedData& sealed) const;

  // Seals under the user's key, which was taken, or kPreviewKey. DATA_LOSS: there is no such key.
  // INVALID_ARGUMENT: text that is not UTF-8, which could not be read back.
  absl::StatusOr<event::v1::SealedData> Seal(std::string_view account_id, std::string_view user_id,
                                             const event::v1::PersonalData& personal,
                                             KeyId key_id) const;

  // Keys up to this one are in use: TakeKey goes on after it, and after every key that was
  // destroyed at open. To be called once, before the first TakeKey.
  void ContinueAfter(KeyId used) {
    last_taken_ = std::max(used, destroyed_at_open_.empty() ? 0 : destroyed_at_open_.back());
  }
  // Takes a new key, which is durable. Errors are those of the file system; nothing was taken then.
  absl::StatusOr<KeyId> TakeKey();

  // Overwrites the keys, durably when OK is returned. May be repeated. DATA_LOSS: there is no such
  // key. Errors of writing as FromRocksDb; some keys may be destroyed then.
  absl::Status Destroy(const std::vector<KeyId>& key_ids);

 private:
  Vault(const VaultOptions& options, std::unique_ptr<rocksdb::FSRandomRWFile> file);

  absl::Status ReadHeader();
  absl::Status CheckSlots();
  absl::Status WriteAhead();
  // Nothing: the key was destroyed.
  absl::StatusOr<std::optional<SecretKey>> ReadKey(KeyId key_id) const;

  const VaultOptions options_;
  const std::unique_ptr<rocksdb::FSRandomRWFile> file_;
  const SecretKey preview_key_ = SecretKey::Random();
  std::string log_id_;
  std::atomic<KeyId> size_ = 0;
  KeyId last_taken_ = 0;
  std::vector<KeyId> destroyed_at_open_;
};

// Of a slot, and of the header before the first one.
inline constexpr size_t kVaultSlotBytes = 64;
// The bytes of a vault that begins with this header.
uint64_t VaultBytes(std::string_view header);
// Whether the key of a slot was destroyed.
bool IsDestroyed(std::string_view slot);

// Hands out the bytes of a vault, in order, as a copy of it is to have them: without the keys that
// are not wanted, which are destroyed in the copy. The vault may be open in another process, and
// its key-encryption key is not needed. Returns the wanted keys that are destroyed in the vault.
// NOT_FOUND, FAILED_PRECONDITION (another format, or of another log), DATA_LOSS: as
// Vault::OpenFile; a vault that is being written may look damaged, so that a second try may pass.
// Errors of `take` end it.
absl::StatusOr<std::vector<KeyId>> CopyVault(
    const std::string& path, std::string_view log_id, absl::FunctionRef<bool(KeyId)> is_wanted,
    absl::FunctionRef<absl::Status(std::string_view bytes)> take);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_VAULT_VAULT_H_
