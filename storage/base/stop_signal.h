// The request to stop, for a thread that works and waits in turn.

#ifndef ROSTER_STORAGE_BASE_STOP_SIGNAL_H_
#define ROSTER_STORAGE_BASE_STOP_SIGNAL_H_

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "storage/base/mutex.h"

namespace roster::storage {

// Set once, for good. Thread-safe.
class StopSignal {
 public:
  StopSignal() = default;
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Ends every wait, present and future. Idempotent.
  void Set() {
    MutexLock lock(mutex_);
    set_ = true;
    wakes_.NotifyAll();
  }

  // Waits for the signal, at most for `timeout`. Returns whether it is set.
  bool WaitFor(absl::Duration timeout) {
    const Deadline deadline = DeadlineAfter(timeout);
    MutexLock lock(mutex_);
    while (!set_ && wakes_.WaitUntil(mutex_, deadline)) {
    }
    return set_;
  }

 private:
  Mutex mutex_;
  CondVar wakes_;
  bool set_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BASE_STOP_SIGNAL_H_
