// Backups of a store: a file with the log up to a position, and apart from it one with the keys of
// persons. There are no views in it, which are made from both, and no key-encryption key.

#ifndef ROSTER_STORAGE_BACKUP_BACKUP_H_
#define ROSTER_STORAGE_BACKUP_BACKUP_H_

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/backup/backup_file.h"
#include "storage/backup/person_keys.h"
#include "storage/log/checkpoint.h"
#include "storage/store/store.h"

namespace roster::storage {

struct BackupPaths {
  std::string log;
  std::string vault;
};

// Takes a backup of a store, which a server may have open and go on changing, and returns the end
// of the log in it: at the store's checkpoint or after it. The chain of the log is checked record
// by record while it is written, and the backup is read again before its files get their names, the
// log last. So a file that is there is whole, and where the log is, its vault has been. Keys of
// users that were erased before are not in it.
//
// Changes nothing in the store. ALREADY_EXISTS: there is a file at one of the paths. NOT_FOUND,
// DATA_LOSS, FAILED_PRECONDITION: as OpenStore, except that a store may be in use; or a server was
// killed while it erased a user, and has to be started once. RESOURCE_EXHAUSTED: the disk of the
// backup is full. No file is there then.
absl::StatusOr<Checkpoint> TakeBackup(const StorePaths& store, const BackupPaths& to);

// A backup whose files are both whole and belong to each other.
struct CheckedBackup {
  BackupHeader header;
  uint64_t log_bytes = 0;
  absl::Time last_commit = absl::InfinitePast();
  ErasedUsers listed;  // by the erasure list in it, and by the one that was given
  PersonKeys keys;
};

// Reads a whole backup, with every record of its log. `erased`: users in a newer erasure
// list. DATA_LOSS: a file is damaged. FAILED_PRECONDITION: a file is none of a backup, or the two
// are not of one. Messages name the file.
absl::StatusOr<CheckedBackup> CheckBackup(const BackupPaths& from, ErasedUsers erased);

// The next record of the log in a backup; empty at its end. Errors as BackupReader::Read.
absl::StatusOr<std::string> NextRecord(BackupReader& log);

// Hands out the bytes of the vault in a backup, in order, and returns the erasure list behind them.
// Errors as BackupReader::Read, and those of `take`.
absl::StatusOr<ErasedUsers> ReadVault(BackupReader& vault,
                                      absl::FunctionRef<absl::Status(std::string_view bytes)> take);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BACKUP_BACKUP_H_
