// What drops the rows that erased users left in Table::kSearchPast while that is rewritten.

#ifndef ROSTER_STORAGE_VIEWS_LEFT_ROWS_H_
#define ROSTER_STORAGE_VIEWS_LEFT_ROWS_H_

#include <rocksdb/compaction_filter.h>

#include <memory>

#include "absl/base/thread_annotations.h"
#include "domain/user/list/search.h"
#include "storage/base/mutex.h"

namespace roster::storage {

// Compactions that begin after Drop don't write rows of these users, whether or not a snapshot
// shows them. Thread-safe.
class LeftRows final : public rocksdb::CompactionFilterFactory {
 public:
  // Null: compactions drop nothing, as in the beginning.
  void Drop(std::shared_ptr<const domain::ErasedUsers> erased);

  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& context) override;
  const char* Name() const override { return "LeftRows"; }

 private:
  Mutex mutex_;
  std::shared_ptr<const domain::ErasedUsers> erased_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_VIEWS_LEFT_ROWS_H_
