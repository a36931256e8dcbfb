// Reads the statistics of a RocksDB directory.

#ifndef ROSTER_STORAGE_BASE_ROCKSDB_STATS_H_
#define ROSTER_STORAGE_BASE_ROCKSDB_STATS_H_

#include <rocksdb/db.h>

#include "storage/base/store_stats.h"

namespace roster::storage {

// Makes a directory that is opened with these options count what StatsOf returns.
void EnableStats(rocksdb::DBOptions& options);

// Reads the names and sizes of the write-ahead log's files. A value that can't be read is 0.
StoreStats StatsOf(rocksdb::DB& db);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BASE_ROCKSDB_STATS_H_
