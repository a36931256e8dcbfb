// A limit on the calls under way and on their bytes, so that callers can't make the process grow.

#ifndef ROSTER_SERVICES_LOAD_CAPACITY_H_
#define ROSTER_SERVICES_LOAD_CAPACITY_H_

#include <atomic>
#include <cstddef>
#include <limits>

namespace roster::services {

// How many calls are under way, and how many bytes they hold. Thread-safe, without locks.
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

 private:
  friend class Permit;

  const Limits limits_;
  std::atomic<std::size_t> calls_ = 0;
  std::atomic<std::size_t> bytes_ = 0;
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

  // Takes one call of so many bytes; to be called at most once. False: the capacity is used up, and
  // nothing was taken.
  bool Acquire(std::size_t bytes = 0);

  bool acquired() const { return acquired_; }

  // Takes so many bytes more for the call. Does nothing unless it was acquired.
  void AddBytes(std::size_t bytes);

  // Idempotent.
  void Release();

 private:
  Capacity& capacity_;
  bool acquired_ = false;
  std::size_t bytes_ = 0;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_LOAD_CAPACITY_H_
