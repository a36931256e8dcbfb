// The log on disk: a RocksDB directory of its own. FORMAT.md has its keys and records byte by byte.

#ifndef ROSTER_STORAGE_LOG_ROCKSDB_LOG_H_
#define ROSTER_STORAGE_LOG_ROCKSDB_LOG_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "storage/log/log.h"

namespace rocksdb {
class Env;
}

namespace roster::storage {

struct RocksDbLogOptions {
  // Where the files are. Null: the system's file system. Outlives the log.
  rocksdb::Env* env = nullptr;
};

// Creates an empty log with a new id. The parent of the directory must exist, and its entry for the
// directory is for the caller to sync.
// ALREADY_EXISTS: there is a log. FAILED_PRECONDITION: the directory is in use by another process.
absl::StatusOr<std::unique_ptr<Log>> CreateRocksDbLog(const std::string& directory,
                                                      const RocksDbLogOptions& options = {});

// Opens a log and keeps it for this process alone until it is destroyed. The directory changes by
// that, which makes some damage final: CheckRocksDbLog (log_check.h) comes before it.
// NOT_FOUND: there is none. FAILED_PRECONDITION: in use by another process, or of another format.
// DATA_LOSS: the directory or its last record is damaged.
absl::StatusOr<std::unique_ptr<Log>> OpenRocksDbLog(const std::string& directory,
                                                    const RocksDbLogOptions& options = {});

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_ROCKSDB_LOG_H_
