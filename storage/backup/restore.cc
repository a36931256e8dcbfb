#include "storage/backup/restore.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "domain/rows/codec.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/crypto/secret_key.h"
#include "storage/log/rocksdb_log.h"
#include "storage/store/create_store.h"
#include "storage/store/disk_space.h"
#include "storage/store/erasure_list.h"
#include "storage/store/store_directory.h"
#include "storage/vault/key_encryption_key.h"
#include "storage/vault/vault.h"

namespace roster::storage {
namespace {

using event::v1::Commit;

constexpr size_t kEpochIdBytes = 16;
constexpr int kMaxErasuresOfCommit = 1000;

// What is left of the lost store.
struct Lost {
  Position known = 0;
  ErasedUsers erased;
};

absl::StatusOr<Lost> ReadLost(const RestoreOptions& options) {
  Lost lost;
  std::string list = options.erasure_list;
  if (!options.lost_checkpoint.empty()) {
    ROSTER_ASSIGN(const Checkpoint checkpoint, ReadCheckpoint(options.lost_checkpoint));
    lost.known = checkpoint.position;
    StorePaths paths;
    paths.checkpoint = options.lost_checkpoint;
    if (list.empty() && Exists(paths.erasure_list())) list = paths.erasure_list();
  }
  if (list.empty()) return lost;
  ROSTER_ASSIGN(const std::string text, ReadFile(list));
  ROSTER_ASSIGN(Erasures erasures, ParseErasures(text, list));
  lost.erased = std::move(erasures.users);
  return lost;
}

// A store that is being restored.
class Restoring {
 public:
  Restoring(const RestoreOptions& options, const CheckedBackup& backup)
      : options_(options), backup_(backup) {}

  // As `write` of CreateStore.
  absl::Status Write(const SecretKey& key);
  uint64_t epoch() const { return epoch_; }

 private:
  absl::StatusOr<std::unique_ptr<NewFile>> CopyVault() const;
  absl::Status DestroyKeys(const SecretKey& key) const;
  // Writes the log, with the commits of the restore, and returns its end.
  absl::StatusOr<Checkpoint> WriteLog() const;
  std::vector<Commit> Commits() const;
  Commit NewCommit(const std::string& account_id) const;
  absl::Status WriteList(Position position) const;

  const RestoreOptions& options_;
  const CheckedBackup& backup_;
  uint64_t epoch_ = 0;
};

absl::StatusOr<std::unique_ptr<NewFile>> Restoring::CopyVault() const {
  ROSTER_ASSIGN(std::unique_ptr<NewFile> vault, NewFile::Create(options_.to.vault));
  ROSTER_ASSIGN(const std::unique_ptr<BackupReader> from,
                BackupReader::Open(options_.from.vault, BackupPart::kVault));
  ROSTER_TRY(
      ReadVault(*from, [&](std::string_view bytes) { return vault->Append(bytes); }).status());
  ROSTER_TRY(vault->Finish());
  return vault;
}

// Of those who are erased, in the vault that is not published yet.
absl::Status Restoring::DestroyKeys(const SecretKey& key) const {
  ROSTER_ASSIGN(const std::unique_ptr<Vault> vault,
                Vault::OpenFile({.path = NewFile::UnpublishedPath(options_.to.vault),
                                 .key_encryption_key = key}));
  if (vault->size() < backup_.keys.last()) {
    return DamagedBackup(options_.from.vault, "it has fewer keys than the log needs");
  }
  std::set<KeyId> erased;
  for (const ErasedUsers* users : {&backup_.keys.erased(), &backup_.keys.to_erase()}) {
    for (const Erasure& erasure : *users) erased.insert(erasure.key_id);
  }
  return vault->Destroy({erased.begin(), erased.end()});
}

Commit Restoring::NewCommit(const std::string& account_id) const {
  Commit commit;
  commit.set_account_id(account_id);
  commit.mutable_actor()->set_kind(event::v1::Actor::KIND_SYSTEM);
  commit.set_cause("rosterd restore");
  *commit.mutable_time() = domain::ToTimestamp(std::max(options_.now, backup_.last_commit));
  return commit;
}

std::vector<Commit> Restoring::Commits() const {
  std::vector<Commit> commits = {NewCommit("")};
  auto* restored = commits[0].add_events()->mutable_store_restored();
  restored->set_position(backup_.header.checkpoint.position);
  restored->set_epoch_id(RandomBytes(kEpochIdBytes));
  restored->set_credentials_kept(options_.operator_token_hash.empty());
  if (!restored->credentials_kept()) {
    commits[0].add_events()->mutable_operator_token_issued()->set_token_hash(
        options_.operator_token_hash);
  }
  for (const Erasure& erasure : backup_.keys.to_erase()) {
    if (commits.back().account_id() != erasure.account_id ||
        commits.back().events_size() == kMaxErasuresOfCommit) {
      commits.push_back(NewCommit(erasure.account_id));
    }
    auto* erased = commits.back().add_events()->mutable_user_erased();
    erased->set_user_id(erasure.user_id);
    erased->set_key_id(erasure.key_id);
  }
  return commits;
}

absl::StatusOr<Checkpoint> Restoring::WriteLog() const {
  ROSTER_ASSIGN(const std::unique_ptr<BackupReader> from,
                BackupReader::Open(options_.from.log, BackupPart::kLog));
  ROSTER_ASSIGN(
      const std::unique_ptr<Log> log,
      CopyRocksDbLog(UnfinishedLogDirectory(options_.to.directory),
                     backup_.header.checkpoint.log_id, [&] { return NextRecord(*from); }));
  std::vector<Commit> commits = Commits();
  ROSTER_TRY(log->Append(backup_.header.checkpoint.position, commits));
  return CheckpointOf(*log);
}

// The erased of all lists and of the log. The views are not made yet, so nothing is left in them.
absl::Status Restoring::WriteList(Position position) const {
  ErasedUsers users = backup_.listed;
  users.insert(backup_.keys.erased().begin(), backup_.keys.erased().end());
  if (users.empty()) return absl::OkStatus();
  ROSTER_ASSIGN(const std::unique_ptr<ErasureList> list,
                ErasureList::Open(options_.to.erasure_list()));
  ROSTER_TRY(list->Add({users.begin(), users.end()}));
  return list->MarkForgotten(position);
}

absl::Status Restoring::Write(const SecretKey& key) {
  ROSTER_TRY(CheckDiskSpaceToRestore(options_.to.directory, backup_.log_bytes));
  ROSTER_ASSIGN(const std::unique_ptr<NewFile> vault, CopyVault());
  ROSTER_TRY(DestroyKeys(key));
  ROSTER_ASSIGN(const Checkpoint end, WriteLog());
  epoch_ = end.epoch;
  ROSTER_TRY(vault->Publish());
  ROSTER_TRY(WriteCheckpoint(options_.to.checkpoint, end));
  return WriteList(end.position);
}

}  // namespace

absl::StatusOr<Restored> RestoreStore(const RestoreOptions& options) {
  ROSTER_ASSIGN(Lost lost, ReadLost(options));
  ROSTER_ASSIGN(const CheckedBackup backup, CheckBackup(options.from, std::move(lost.erased)));
  Restoring restoring(options, backup);
  ROSTER_TRY(CreateStore(
      options.to, [&] { return ReadKeyEncryptionKey(options.to.key_encryption_key); },
      [&](const SecretKey& key) { return restoring.Write(key); }));
  return Restored{.backup = backup.header.checkpoint,
                  .epoch = restoring.epoch(),
                  .erased = backup.keys.to_erase().size(),
                  .known = std::max(lost.known, backup.header.checkpoint.position)};
}

}  // namespace roster::storage
