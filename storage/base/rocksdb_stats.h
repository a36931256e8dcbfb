// How figures are asked of RocksDB.

#ifndef ROSTER_STORAGE_BASE_ROCKSDB_STATS_H_
#define ROSTER_STORAGE_BASE_ROCKSDB_STATS_H_

#include <rocksdb/db.h>

#include "storage/base/store_stats.h"

namespace roster::storage {

// Makes a directory that is opened with these options count what FiguresOf tells.
void CountFigures(rocksdb::DBOptions& options);

// Takes a moment: it looks at the files of the write-ahead log. What can't be had is 0.
StoreStats StatsOf(rocksdb::DB& db);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BASE_ROCKSDB_STATS_H_
