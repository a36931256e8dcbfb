// A store made from a backup.

#ifndef ROSTER_STORAGE_BACKUP_RESTORE_H_
#define ROSTER_STORAGE_BACKUP_RESTORE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/backup/backup.h"
#include "storage/log/checkpoint.h"
#include "storage/store/store.h"

namespace roster::storage {

struct RestoreOptions {
  BackupPaths from;
  StorePaths to;  // with the key-encryption key of the store that was backed up
  // What is left of the lost store; empty: nothing. Without a list of its own, the one beside the
  // checkpoint counts.
  std::string lost_checkpoint;
  std::string erasure_list;
  // SHA-256 of a new token of the operator, raw: all credentials of the backup end. Empty: they are
  // kept.
  std::string operator_token_hash;
  absl::Time now;
};

struct Restored {
  Checkpoint backup;  // the end of the log in the backup
  uint64_t epoch = 0;
  size_t erased = 0;  // users who were erased after the backup, and are so again
  // The last commit that the lost store had, by its checkpoint; that of the backup if that is
  // later, or there is no checkpoint.
  Position known = 0;
};

// Creates a store from a backup, in a directory that is empty or not there. Its log goes on with
// commits of a new epoch: a StoreRestored, and a UserErased for each user in an erasure list that
// it has not erased. The keys of those users are not in it. All of the backup is checked before
// anything is written, and no start takes for a store what a crash leaves; CreateStore removes it.
// ALREADY_EXISTS: there is a store, or a part of one. NOT_FOUND: a file is missing, or the
// key-encryption key. DATA_LOSS: a file is damaged. FAILED_PRECONDITION: as CheckBackup; the key,
// the checkpoint or the directory is another's. RESOURCE_EXHAUSTED: the disk is full.
absl::StatusOr<Restored> RestoreStore(const RestoreOptions& options);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BACKUP_RESTORE_H_
