// The log on disk: a RocksDB directory of its own.
//
// Key "c" + position (8 bytes, big-endian) → the bytes of the Commit. Key "m" + name → facts about
// the log: its id, and the version of this format.

#ifndef ROSTER_STORAGE_ROCKSDB_LOG_H_
#define ROSTER_STORAGE_ROCKSDB_LOG_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "storage/log.h"

namespace roster::storage {

// Creates an empty log with a new id. The parent of the directory must exist.
// ALREADY_EXISTS: there is a log. FAILED_PRECONDITION: the directory is in use by another process.
absl::StatusOr<std::unique_ptr<Log>> CreateRocksDbLog(const std::string& directory);

// Opens a log and keeps it for this process alone until it is destroyed.
// NOT_FOUND: there is none. FAILED_PRECONDITION: in use by another process, or of a newer format.
// DATA_LOSS: the directory or its last record is damaged.
absl::StatusOr<std::unique_ptr<Log>> OpenRocksDbLog(const std::string& directory);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_ROCKSDB_LOG_H_
