// The head of a log as its readers see it, and the waiting for it.

#ifndef ROSTER_STORAGE_PUBLISHED_HEAD_H_
#define ROSTER_STORAGE_PUBLISHED_HEAD_H_

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"
#include "domain/world/world.h"

namespace roster::storage {

// Thread-safe.
class PublishedHead {
 public:
  explicit PublishedHead(domain::Position position) : position_(position) {}

  domain::Position Get() const {
    const std::lock_guard lock(mutex_);
    return position_;
  }

  void Set(domain::Position position) {
    {
      const std::lock_guard lock(mutex_);
      position_ = position;
    }
    grown_.notify_all();
  }

  // Waits until the head has reached `position`, at most for `timeout`. Returns whether it has.
  bool Await(domain::Position position, absl::Duration timeout) const {
    // The sum of now and a longer time would overflow in the standard library.
    constexpr absl::Duration kLongest = absl::Hours(24 * 365);
    std::unique_lock lock(mutex_);
    return grown_.wait_for(lock, absl::ToChronoNanoseconds(std::min(timeout, kLongest)),
                           [&] { return position_ >= position; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable grown_;
  domain::Position position_;  // guarded by mutex_
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_PUBLISHED_HEAD_H_
