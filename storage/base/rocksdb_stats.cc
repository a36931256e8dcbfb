#include "storage/base/rocksdb_stats.h"

#include <rocksdb/statistics.h>

#include <algorithm>
#include <string>

namespace roster::storage {
namespace {

using Properties = rocksdb::DB::Properties;

// The property, summed over all tables.
uint64_t Sum(rocksdb::DB& db, const std::string& property) {
  uint64_t value = 0;
  return db.GetAggregatedIntProperty(property, &value) ? value : 0;
}

// A property of the whole directory.
uint64_t Whole(rocksdb::DB& db, const std::string& property) {
  uint64_t value = 0;
  return db.GetIntProperty(property, &value) ? value : 0;
}

uint64_t WalBytes(rocksdb::DB& db) {
  rocksdb::VectorLogPtr files;
  if (!db.GetSortedWalFiles(files).ok()) return 0;
  uint64_t bytes = 0;
  for (const auto& file : files) bytes += file->SizeFileBytes();
  return bytes;
}

}  // namespace

void EnableStats(rocksdb::DBOptions& options) {
  options.statistics = rocksdb::CreateDBStatistics();
  options.statistics->set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers);
}

StoreStats StatsOf(rocksdb::DB& db) {
  StoreStats stats;
  stats.table_bytes = Sum(db, Properties::kLiveSstFilesSize);
  stats.obsolete_bytes =
      std::max(Sum(db, Properties::kTotalSstFilesSize), stats.table_bytes) - stats.table_bytes;
  stats.live_bytes = Sum(db, Properties::kEstimateLiveDataSize);
  stats.memtable_bytes = Sum(db, Properties::kSizeAllMemTables);
  stats.wal_bytes = WalBytes(db);
  stats.cache_bytes = Whole(db, Properties::kBlockCacheUsage);
  stats.cache_limit_bytes = Whole(db, Properties::kBlockCacheCapacity);
  stats.flushes_running = Whole(db, Properties::kNumRunningFlushes);
  stats.compactions_running = Whole(db, Properties::kNumRunningCompactions);
  stats.compaction_pending_bytes = Sum(db, Properties::kEstimatePendingCompactionBytes);
  stats.writes_stopped = Whole(db, Properties::kIsWriteStopped) != 0;
  if (const auto& statistics = db.GetDBOptions().statistics; statistics != nullptr) {
    stats.cache_hits = statistics->getTickerCount(rocksdb::BLOCK_CACHE_HIT);
    stats.cache_misses = statistics->getTickerCount(rocksdb::BLOCK_CACHE_MISS);
    stats.stalled =
        absl::Microseconds(static_cast<int64_t>(statistics->getTickerCount(rocksdb::STALL_MICROS)));
  }
  return stats;
}

}  // namespace roster::storage
