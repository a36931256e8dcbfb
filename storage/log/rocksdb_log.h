// The log on disk: a RocksDB directory of its own. FORMAT.md has its keys and records byte by byte.

#ifndef ROSTER_STORAGE_LOG_ROCKSDB_LOG_H_
#define ROSTER_STORAGE_LOG_ROCKSDB_LOG_H_

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "storage/log/log.h"

namespace rocksdb {
class Env;
}

namespace roster::storage {

struct RocksDbLogOptions {
  // The file system. Null: the system's. Outlives the log.
  rocksdb::Env* env = nullptr;
};

// Creates an empty log with a new id. The parent of the directory must exist, and the caller syncs
// its entry for the directory.
// ALREADY_EXISTS: there is a log. FAILED_PRECONDITION: the directory is in use by another process.
absl::StatusOr<std::unique_ptr<Log>> CreateRocksDbLog(const std::string& directory,
                                                      const RocksDbLogOptions& options = {});

// Creates a log that goes on with the records of another one, whose id it keeps. `next` hands them
// out in order; an empty one is the end. They are checked as Log::Read checks them, and durable
// when OK is returned; otherwise the directory is of no use. Errors as CreateRocksDbLog and those
// of `next`. DATA_LOSS: a record is damaged, or not the one that belongs there.
absl::StatusOr<std::unique_ptr<Log>> CopyRocksDbLog(
    const std::string& directory, const std::string& log_id,
    absl::FunctionRef<absl::StatusOr<std::string>()> next);

// Opens a log, for this process alone until it is destroyed. Call CheckRocksDbLog (log_check.h)
// first: opening changes the directory, which makes some damage final.
// NOT_FOUND: there is none. FAILED_PRECONDITION: in use by another process, or of another format.
// DATA_LOSS: the directory or its last record is damaged.
absl::StatusOr<std::unique_ptr<Log>> OpenRocksDbLog(const std::string& directory,
                                                    const RocksDbLogOptions& options = {});

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_ROCKSDB_LOG_H_
