// Converts a status of RocksDB.

#ifndef ROSTER_STORAGE_BASE_ROCKSDB_STATUS_H_
#define ROSTER_STORAGE_BASE_ROCKSDB_STATUS_H_

#include <rocksdb/status.h>

#include <string_view>

#include "absl/status/status.h"

namespace roster::storage {

// The status as an absl::Status; `what` names the operation, e.g. "open the log in /data/log".
// FAILED_PRECONDITION: the directory is in use, nothing else. DATA_LOSS: damaged.
// RESOURCE_EXHAUSTED: no space. INTERNAL: anything else.
absl::Status FromRocksDb(const rocksdb::Status& status, std::string_view what);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BASE_ROCKSDB_STATUS_H_
