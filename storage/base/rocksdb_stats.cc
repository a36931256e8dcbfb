#include "storage/base/rocksdb_stats.h"

#include <rocksdb/statistics.h>

#include <algorithm>
#include <string>

namespace roster::storage {
namespace {

using Properties = rocksdb::DB::Properties;

// Of all tables together.
uint64_t Sum(rocksdb::DB& db, const std::string& property) {
  uint64_t value = 0;
  return db.GetAggregatedIntProperty(property, &value) ? value : 0;
}

// Of the whole directory, whichever table is asked.
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

void CountFigures(rocksdb::DBOptions& options) {
  options.statistics = rocksdb::CreateDBStatistics();
  options.statistics->set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers);
}

Figures FiguresOf(rocksdb::DB& db) {
  Figures figures;
  figures.table_bytes = Sum(db, Properties::kLiveSstFilesSize);
  figures.obsolete_bytes =
      std::max(Sum(db, Properties::kTotalSstFilesSize), figures.table_bytes) - figures.table_bytes;
  figures.live_bytes = Sum(db, Properties::kEstimateLiveDataSize);
  figures.memtable_bytes = Sum(db, Properties::kSizeAllMemTables);
  figures.wal_bytes = WalBytes(db);
  figures.cache_bytes = Whole(db, Properties::kBlockCacheUsage);
  figures.cache_limit_bytes = Whole(db, Properties::kBlockCacheCapacity);
  figures.flushes_running = Whole(db, Properties::kNumRunningFlushes);
  figures.compactions_running = Whole(db, Properties::kNumRunningCompactions);
  figures.compaction_pending_bytes = Sum(db, Properties::kEstimatePendingCompactionBytes);
  figures.writes_stopped = Whole(db, Properties::kIsWriteStopped) != 0;
  if (const auto& statistics = db.GetDBOptions().statistics; statistics != nullptr) {
    figures.cache_hits = statistics->getTickerCount(rocksdb::BLOCK_CACHE_HIT);
    figures.cache_misses = statistics->getTickerCount(rocksdb::BLOCK_CACHE_MISS);
    figures.stalled =
        absl::Microseconds(static_cast<int64_t>(statistics->getTickerCount(rocksdb::STALL_MICROS)));
  }
  return figures;
}

}  // namespace roster::storage
