// The check of a log before it is opened for writing. It changes nothing.
//
// To open a directory for writing makes some damage final: RocksDB opens one whose MANIFEST or
// write-ahead log is lost or cut short as if nothing had been in it, and removes what is left of
// the rest. So whoever opens a log checks it first, against the checkpoint kept elsewhere.

#ifndef ROSTER_STORAGE_LOG_LOG_CHECK_H_
#define ROSTER_STORAGE_LOG_LOG_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "storage/log/checkpoint.h"
#include "storage/log/rocksdb_log.h"

namespace roster::storage {

// The path of a checkpoint and what it says.
struct NamedCheckpoint {
  std::string path;
  Checkpoint checkpoint;
};

// Checks the log of a directory that nobody has open: identity and format, that no record is
// missing up to its end, that the end is at the checkpoint or after it, that the record there is
// the one that the checkpoint saw, the last record, and the checksums of the newest tables up to
// 1 GiB. `checkpoint` null: there is none, and a log that lost its newest records passes.
// Every name and byte in the directory stays as it is, and messages say what to do.
// NOT_FOUND: there is no log, and no checkpoint of one either. DATA_LOSS: damaged, or records are
// missing. FAILED_PRECONDITION: of another format, or not the log of the checkpoint. Others: of the
// file system.
absl::Status CheckRocksDbLog(const std::string& directory, const NamedCheckpoint* checkpoint,
                             const RocksDbLogOptions& options = {});

// As CheckRocksDbLog, and reads the whole log: all tables, every record, and the chain of hashes
// over them.
absl::Status VerifyRocksDbLog(const std::string& directory, const NamedCheckpoint* checkpoint,
                              const RocksDbLogOptions& options = {});

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_LOG_CHECK_H_
