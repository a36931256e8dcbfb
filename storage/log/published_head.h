// The end of a log as its readers see it, and the wait for it to move on.

#ifndef ROSTER_STORAGE_LOG_PUBLISHED_HEAD_H_
#define ROSTER_STORAGE_LOG_PUBLISHED_HEAD_H_

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "storage/base/mutex.h"
#include "storage/log/log.h"

namespace roster::storage {

// Thread-safe.
class PublishedHead {
 public:
  explicit PublishedHead(LogTail tail) : tail_(std::move(tail)) {}

  Position Get() const {
    MutexLock lock(mutex_);
    return tail_.head;
  }

  LogTail tail() const {
    MutexLock lock(mutex_);
    return tail_;
  }

  void Set(LogTail tail) {
    {
      MutexLock lock(mutex_);
      tail_ = std::move(tail);
    }
    grown_.NotifyAll();
  }

  // Waits until the head has reached `position`, at most for `timeout`. Returns whether it has.
  bool Await(Position position, absl::Duration timeout) const {
    const Deadline deadline = DeadlineAfter(timeout);
    MutexLock lock(mutex_);
    while (tail_.head < position && grown_.WaitUntil(mutex_, deadline)) {
    }
    return tail_.head >= position;
  }

 private:
  mutable Mutex mutex_;
  mutable CondVar grown_;
  LogTail tail_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_PUBLISHED_HEAD_H_
