// Statistics of an open directory of the store, for metrics.

#ifndef ROSTER_STORAGE_BASE_STORE_STATS_H_
#define ROSTER_STORAGE_BASE_STORE_STATS_H_

#include <cstdint>

#include "absl/time/time.h"

namespace roster::storage {

// Sizes are in bytes. Counts begin when the directory is opened.
struct StoreStats {
  uint64_t table_bytes = 0;     // files of tables that are in use
  uint64_t obsolete_bytes = 0;  // files of tables that readers still use, or soon to be removed
  uint64_t live_bytes = 0;      // estimate of what a full compaction would leave
  uint64_t memtable_bytes = 0;
  uint64_t wal_bytes = 0;  // files of the write-ahead log
  uint64_t cache_bytes = 0;
  uint64_t cache_limit_bytes = 0;
  uint64_t cache_hits = 0;
  uint64_t cache_misses = 0;
  uint64_t flushes_running = 0;
  uint64_t compactions_running = 0;
  uint64_t compaction_pending_bytes = 0;
  bool writes_stopped = false;
  absl::Duration stalled;  // how long writes were held up so far
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BASE_STORE_STATS_H_
