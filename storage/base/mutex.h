// A mutex that clang's -Wthread-safety understands, and waiting under it.
//
// It wraps std::mutex and not absl::Mutex, because ThreadSanitizer reports false races through
// Debian's build of the latter. The annotations are Abseil's (absl/base/thread_annotations.h).

#ifndef ROSTER_STORAGE_BASE_MUTEX_H_
#define ROSTER_STORAGE_BASE_MUTEX_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace roster::storage {

class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

  // Tells the analysis that the caller holds the mutex where it can't see that. Checks nothing.
  void AssertHeld() const ABSL_ASSERT_EXCLUSIVE_LOCK() {}

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a mutex until the end of its scope.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// A point of the steady clock, which a correction of the system's time does not move.
using Deadline = std::chrono::steady_clock::time_point;

// Now and the timeout; at most a year, because a later one would overflow in the standard library.
inline Deadline DeadlineAfter(absl::Duration timeout) {
  constexpr absl::Duration kLongest = absl::Hours(24 * 365);
  return std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(std::min(timeout, kLongest));
}

// Thread-safe.
class CondVar {
 public:
  // Releases the mutex, waits for a notice and takes the mutex again. May return without a notice,
  // so callers loop over their condition.
  void Wait(Mutex& mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    wakes_.wait(lock);
    lock.release();
  }

  // The same, at most until the deadline. False: it has passed.
  bool WaitUntil(Mutex& mutex, Deadline deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const std::cv_status status = wakes_.wait_until(lock, deadline);
    lock.release();
    return status == std::cv_status::no_timeout;
  }

  void NotifyOne() { wakes_.notify_one(); }
  void NotifyAll() { wakes_.notify_all(); }

 private:
  std::condition_variable wakes_;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BASE_MUTEX_H_
