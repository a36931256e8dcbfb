// Group commit with nothing around it: whatever arrived while the last group was written becomes
// the next one.

#ifndef ROSTER_TOOLS_BENCHMARK_LIMIT_GROUP_WRITER_H_
#define ROSTER_TOOLS_BENCHMARK_LIMIT_GROUP_WRITER_H_

#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "storage/base/mutex.h"
#include "tools/benchmark/limit/raw_store.h"

namespace roster::benchmark {

// Thread-safe. `store` outlives it.
class GroupWriter {
 public:
  explicit GroupWriter(RawStore& store);
  // Writes what is queued first.
  ~GroupWriter();
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  // Writes the rows with the next group and then calls `done` on the writer's thread. The rows live
  // until then.
  void Submit(const CommitRows& rows, std::function<void(const absl::Status&)> done);

 private:
  struct Entry {
    const CommitRows* rows;
    std::function<void(const absl::Status&)> done;
  };

  void Run();
  // The next group; empty at the end.
  std::vector<Entry> Take();

  RawStore& store_;
  storage::Mutex mutex_;
  storage::CondVar arrived_;
  std::vector<Entry> queue_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace roster::benchmark

#endif  // ROSTER_TOOLS_BENCHMARK_LIMIT_GROUP_WRITER_H_
