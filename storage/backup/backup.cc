#include "storage/backup/backup.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "domain/base/try.h"
#include "domain/rows/codec.h"
#include "domain/world/world.h"
#include "storage/crypto/secret_key.h"
#include "storage/log/commit_record.h"
#include "storage/log/read_only_log.h"
#include "storage/store/erasure_list.h"
#include "storage/store/store_directory.h"

namespace roster::storage {
namespace {

using event::v1::Commit;

// A server that goes on may remove a file, or write one, while it is read.
constexpr int kTries = 4;
constexpr absl::Duration kBetweenTries = absl::Milliseconds(200);
// How long the line of an erasure may come after the end of its key.
constexpr absl::Duration kListDelay = absl::Seconds(5);
constexpr size_t kChunkBytes = 1 << 20;

// Records of the log, each behind its length as 8 bytes.
absl::Status AppendRecord(BackupWriter& writer, std::string_view record) {
  std::string length;
  domain::AppendPosition(length, record.size());
  ROSTER_TRY(writer.Append(length));
  return writer.Append(record);
}

bool AreListed(const std::vector<KeyId>& key_ids, const ErasedUsers& users) {
  std::set<KeyId> listed;
  for (const Erasure& erasure : users) listed.insert(erasure.key_id);
  return std::all_of(key_ids.begin(), key_ids.end(),
                     [&](KeyId key_id) { return listed.count(key_id) != 0; });
}

// The erasure list, as soon as it names these keys: each of them was destroyed after the log was
// read, so its line is about to be written.
absl::StatusOr<ErasedUsers> AwaitListed(const std::string& path,
                                        const std::vector<KeyId>& key_ids) {
  const absl::Time give_up = absl::Now() + kListDelay;
  while (true) {
    ROSTER_ASSIGN(const std::unique_ptr<ErasureList> list, ErasureList::Open(path));
    ErasedUsers users = list->content().users;
    if (AreListed(key_ids, users)) return users;
    if (absl::Now() > give_up) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the key of a user is destroyed, but neither the log nor the erasure list ", path,
          " names them: start the server once, which finishes an erasure that was cut off, or says "
          "what is damaged"));
    }
    absl::SleepFor(absl::Milliseconds(10));
  }
}

// One backup that is being taken.
class Taking {
 public:
  Taking(const StorePaths& store, const BackupPaths& to) : store_(store), to_(to) {}

  // Writes both files and reads them again.
  absl::Status Write();
  absl::Status Publish();
  const Checkpoint& checkpoint() const { return header_.checkpoint; }

 private:
  absl::Status WriteLog();
  absl::Status WriteVault();

  const StorePaths& store_;
  const BackupPaths& to_;
  BackupHeader header_;
  PersonKeys keys_;
  std::unique_ptr<BackupWriter> log_;
  std::unique_ptr<BackupWriter> vault_;
};

absl::Status Taking::WriteLog() {
  ROSTER_ASSIGN(const Checkpoint checkpoint, ReadCheckpoint(store_.checkpoint));
  const std::string directory = LogDirectory(store_.directory);
  if (IsLogMissing(directory, nullptr)) return NoLog(directory);
  ROSTER_ASSIGN(const std::unique_ptr<ReadOnlyLog> log, ReadOnlyLog::Open(directory, {}));
  ROSTER_TRY(log->CheckAgainst({store_.checkpoint, checkpoint}));
  header_ = {RandomBytes(kBackupIdBytes), CheckpointAt(log->identity().id, log->identity().tail)};
  ROSTER_ASSIGN(log_, BackupWriter::Create(to_.log, BackupPart::kLog, header_));
  ROSTER_TRY(log->Scan([&](std::string_view record, const Commit& commit) {
    keys_.Add(commit);
    return AppendRecord(*log_, record);
  }));
  return log_->Finish();
}

absl::Status Taking::WriteVault() {
  ROSTER_ASSIGN(vault_, BackupWriter::Create(to_.vault, BackupPart::kVault, header_));
  ROSTER_ASSIGN(const std::vector<KeyId> destroyed,
                CopyVault(
                    store_.vault, header_.checkpoint.log_id,
                    [&](KeyId key_id) { return key_id <= keys_.last() && !keys_.IsErased(key_id); },
                    [&](std::string_view bytes) { return vault_->Append(bytes); }));
  ROSTER_ASSIGN(ErasedUsers listed, AwaitListed(store_.erasure_list(), destroyed));
  listed.insert(keys_.erased().begin(), keys_.erased().end());
  ROSTER_TRY(vault_->Append(EncodeErasures(listed)));
  return vault_->Finish();
}

absl::Status Taking::Write() {
  ROSTER_TRY(WriteLog());
  ROSTER_TRY(WriteVault());
  const BackupPaths written{NewFile::UnpublishedPath(to_.log), NewFile::UnpublishedPath(to_.vault)};
  return CheckBackup(written, {}).status();
}

absl::Status Taking::Publish() {
  ROSTER_TRY(vault_->Publish());
  return log_->Publish();
}

// Checks that the log is that of the header, to its end.
absl::Status ReadLog(BackupReader& log, CheckedBackup& backup) {
  RecordChain chain(backup.header.checkpoint.log_id, 1);
  while (true) {
    ROSTER_ASSIGN(const std::string record, NextRecord(log));
    if (record.empty()) break;
    const absl::StatusOr<Commit> commit = chain.Next(record);
    if (!commit.ok()) return DamagedBackup(log.path(), std::string(commit.status().message()));
    backup.keys.Add(*commit);
    backup.last_commit = domain::FromTimestamp(commit->time());
  }
  const Checkpoint end = CheckpointAt(backup.header.checkpoint.log_id, chain.tail());
  if (end == backup.header.checkpoint) return absl::OkStatus();
  return DamagedBackup(log.path(), "its log does not end where it says");
}

// As ReadVault, and adds the keys that are destroyed, in order.
absl::StatusOr<ErasedUsers> ReadDestroyed(BackupReader& vault, std::vector<KeyId>& destroyed) {
  KeyId slot = 0;  // that of the header
  return ReadVault(vault, [&](std::string_view bytes) {
    for (; !bytes.empty(); bytes.remove_prefix(kVaultSlotBytes), ++slot) {
      if (IsDestroyed(bytes.substr(0, kVaultSlotBytes))) destroyed.push_back(slot);
    }
    return absl::OkStatus();
  });
}

// Refuses a vault in which the key of a user is destroyed who is not erased.
absl::Status CheckDestroyed(const BackupReader& vault, const PersonKeys& keys,
                            const std::vector<KeyId>& destroyed) {
  std::set<KeyId> to_erase;
  for (const Erasure& erasure : keys.to_erase()) to_erase.insert(erasure.key_id);
  for (const KeyId key_id : destroyed) {
    if (key_id > keys.last()) break;
    if (keys.IsErased(key_id) || to_erase.count(key_id) != 0) continue;
    return DamagedBackup(vault.path(),
                         absl::StrCat("key ", key_id, " is gone, though nobody erased its user"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Checkpoint> TakeBackup(const StorePaths& store, const BackupPaths& to) {
  for (const std::string& path : {to.log, to.vault}) {
    if (Exists(path)) return absl::AlreadyExistsError(absl::StrCat("a file is at ", path));
  }
  if (to.log == to.vault) {
    return absl::InvalidArgumentError("log and vault of a backup need two paths");
  }
  for (int tries = 1;; ++tries) {
    Taking taking(store, to);
    const absl::Status written = taking.Write();
    if (written.ok()) {
      ROSTER_TRY(taking.Publish());
      return taking.checkpoint();
    }
    if (!absl::IsDataLoss(written) || tries == kTries) return written;
    absl::SleepFor(kBetweenTries);
  }
}

absl::StatusOr<CheckedBackup> CheckBackup(const BackupPaths& from, ErasedUsers erased) {
  ROSTER_ASSIGN(const std::unique_ptr<BackupReader> log,
                BackupReader::Open(from.log, BackupPart::kLog));
  ROSTER_ASSIGN(const std::unique_ptr<BackupReader> vault,
                BackupReader::Open(from.vault, BackupPart::kVault));
  if (!(log->header() == vault->header())) {
    return absl::FailedPreconditionError(
        absl::StrCat("the backups ", from.log, " and ", from.vault,
                     " were not taken together: give the vault that was taken with this log"));
  }
  std::vector<KeyId> destroyed;
  ROSTER_ASSIGN(ErasedUsers listed, ReadDestroyed(*vault, destroyed));
  listed.merge(erased);
  CheckedBackup backup{.header = log->header(),
                       .log_bytes = log->left(),
                       .listed = listed,
                       .keys = PersonKeys(std::move(listed))};
  ROSTER_TRY(ReadLog(*log, backup));
  ROSTER_TRY(CheckDestroyed(*vault, backup.keys, destroyed));
  return backup;
}

absl::StatusOr<std::string> NextRecord(BackupReader& log) {
  if (log.left() == 0) return std::string();
  ROSTER_ASSIGN(const std::string length, log.Read(domain::kPositionBytes));
  return log.Read(domain::TrailingPosition(length));
}

absl::StatusOr<ErasedUsers> ReadVault(
    BackupReader& vault, absl::FunctionRef<absl::Status(std::string_view bytes)> take) {
  ROSTER_ASSIGN(const std::string header, vault.Read(kVaultSlotBytes));
  ROSTER_TRY(take(header));
  for (uint64_t left = VaultBytes(header) - header.size(); left > 0;) {
    ROSTER_ASSIGN(const std::string chunk, vault.Read(std::min<uint64_t>(left, kChunkBytes)));
    ROSTER_TRY(take(chunk));
    left -= chunk.size();
  }
  ROSTER_ASSIGN(const std::string text, vault.Read(vault.left()));
  ROSTER_ASSIGN(Erasures listed, ParseErasures(text, vault.path()));
  return std::move(listed.users);
}

}  // namespace roster::storage
