// A limit on the calls under way and on their bytes, so that callers can't make the process grow,
// and none of them can take it all.

#ifndef ROSTER_SERVICES_LOAD_CAPACITY_H_
#define ROSTER_SERVICES_LOAD_CAPACITY_H_

#include <atomic>
#include <cstddef>
#include <limits>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "storage/base/holder.h"
#include "storage/base/mutex.h"
#include "storage/base/text_map.h"

namespace roster::services {

// How many calls are under way, how many bytes they hold, and whose they are. Thread-safe.
class Capacity {
 public:
  struct Limits {
    std::size_t calls;
    // No call is admitted while the calls under way hold this much. Those may go over it.
    std::size_t bytes = std::numeric_limits<std::size_t>::max();
  };

  explicit Capacity(Limits limits) : limits_(limits) {}
  Capacity(const Capacity&) = delete;
  Capacity& operator=(const Capacity&) = delete;

  std::size_t calls() const { return calls_; }
  std::size_t bytes() const { return bytes_; }
  const Limits& limits() const { return limits_; }

  // Whether nobody is admitted now.
  bool full() const { return calls_ >= limits_.calls || bytes_ >= limits_.bytes; }

 private:
  friend class Permit;

  // What one holds, an account or a caller of it.
  struct Share {
    std::size_t calls = 0;
    std::size_t bytes = 0;
    Share* account = nullptr;  // of a caller
  };
  using Shares = storage::TextMap<std::unique_ptr<Share>>;

  Share& ShareOf(const storage::Holder& holder) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MayHoldMore(const Share& caller) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Limits limits_;
  std::atomic<std::size_t> calls_ = 0;
  std::atomic<std::size_t> bytes_ = 0;
  mutable storage::Mutex mutex_;
  Shares accounts_ ABSL_GUARDED_BY(mutex_);
  Shares callers_ ABSL_GUARDED_BY(mutex_);  // by caller: no two accounts have the same one
};

// What one call takes of a capacity, which outlives it. The destructor releases it.
// Thread-compatible.
class Permit {
 public:
  // Takes nothing yet.
  explicit Permit(Capacity& capacity) : capacity_(capacity) {}
  ~Permit() { Release(); }
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;

  // Takes one call of so many bytes; to be called at most once, as the next one. False: the
  // capacity is used up, and nothing was taken.
  bool Acquire(std::size_t bytes = 0);

  // The same for a holder, who may have only as much as leaves room for others (MayHoldMore).
  bool AcquireFor(const storage::Holder& holder, std::size_t bytes = 0);

  bool acquired() const { return acquired_; }

  // Takes so many bytes more for the call. Does nothing unless it was acquired.
  void AddBytes(std::size_t bytes);

  // Idempotent.
  void Release();

 private:
  Capacity& capacity_;
  bool acquired_ = false;
  std::size_t bytes_ = 0;
  Capacity::Share* caller_ = nullptr;  // of a holder
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_LOAD_CAPACITY_H_
