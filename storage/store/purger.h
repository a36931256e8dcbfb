// Purges the views of the plain text that erased users leave in them, in the background. A purge
// rewrites whole tables, so one does for all who were erased since the last.

#ifndef ROSTER_STORAGE_STORE_PURGER_H_
#define ROSTER_STORAGE_STORE_PURGER_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "domain/world/world.h"
#include "storage/base/mutex.h"
#include "storage/store/erasure_list.h"
#include "storage/views/views.h"

namespace roster::storage {

// Users whose key is destroyed, and whose plain text may still be in files of the views.
struct Unpurged {
  size_t users = 0;
  absl::Duration age;  // since the first of them was erased, or since the start
};

// Thread-safe. Views and list outlive it.
class Purger {
 public:
  // `on_failure` is called once, when a purge has failed: the process must end. A purge for which
  // the disk has no space is tried again.
  Purger(Views& views, ErasureList& list, std::function<void(const absl::Status&)> on_failure);
  // Ends a purge that is under way. What is not purged is left to the next start.
  ~Purger();
  Purger(const Purger&) = delete;
  Purger& operator=(const Purger&) = delete;

  // Begins a purge after this time, or sooner when others are due. When it is done, the erasure
  // list says so. The published views show that these users are erased.
  void Add(const std::vector<Erasure>& erasures, absl::Duration after);

  Unpurged unpurged() const;

 private:
  // Who is to be purged together.
  struct Batch {
    size_t users = 0;
    Position last = 0;  // of their commits
    Deadline since;
    Deadline due;
  };

  void Run();
  // Waits until a batch is due. Nothing: stopped.
  std::optional<Batch> Next();
  absl::Status Purge(const Batch& batch);

  Views& views_;
  ErasureList& list_;
  const std::function<void(const absl::Status&)> on_failure_;
  mutable Mutex mutex_;
  CondVar wakes_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  Batch waiting_ ABSL_GUARDED_BY(mutex_);
  Batch purging_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_PURGER_H_
