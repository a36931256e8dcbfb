// The end of a log as its readers see it, and the waiting for it.

#ifndef ROSTER_STORAGE_LOG_PUBLISHED_HEAD_H_
#define ROSTER_STORAGE_LOG_PUBLISHED_HEAD_H_

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "absl/time/time.h"
#include "storage/log/log.h"

namespace roster::storage {

// Thread-safe.
class PublishedHead {
 public:
  explicit PublishedHead(LogTail tail) : tail_(std::move(tail)) {}

  Position Get() const {
    const std::lock_guard lock(mutex_);
    return tail_.head;
  }

  LogTail tail() const {
    const std::lock_guard lock(mutex_);
    return tail_;
  }

  void Set(LogTail tail) {
    {
      const std::lock_guard lock(mutex_);
      tail_ = std::move(tail);
    }
    grown_.notify_all();
  }

  // Waits until the head has reached `position`, at most for `timeout`. Returns whether it has.
  bool Await(Position position, absl::Duration timeout) const {
    // The sum of now and a longer time would overflow in the standard library.
    constexpr absl::Duration kLongest = absl::Hours(24 * 365);
    std::unique_lock lock(mutex_);
    return grown_.wait_for(lock, absl::ToChronoNanoseconds(std::min(timeout, kLongest)),
                           [&] { return tail_.head >= position; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable grown_;
  LogTail tail_;  // guarded by mutex_
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_PUBLISHED_HEAD_H_
