// A mutex that clang's -Wthread-safety understands.
//
// Over std::mutex and not absl::Mutex, because ThreadSanitizer reports false races through Debian's
// build of the latter. The annotations themselves are Abseil's (absl/base/thread_annotations.h).

#ifndef ROSTER_STORAGE_BASE_MUTEX_H_
#define ROSTER_STORAGE_BASE_MUTEX_H_

#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"

namespace roster::storage {

class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a mutex for the length of a scope.
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

class CondVar {
 public:
  // Gives the mutex up, waits for a notice and takes it again. May return without one, so it stands
  // in a loop over the condition.
  void Wait(Mutex& mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    wakes_.wait(lock);
    lock.release();
  }
  void NotifyOne() { wakes_.notify_one(); }
  void NotifyAll() { wakes_.notify_all(); }

 private:
  std::condition_variable wakes_;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BASE_MUTEX_H_
