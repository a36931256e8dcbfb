// Callbacks that wait for the published position to reach one of theirs.

#ifndef ROSTER_STORAGE_PIPELINE_WAITERS_H_
#define ROSTER_STORAGE_PIPELINE_WAITERS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "domain/world/world.h"
#include "storage/base/mutex.h"

namespace roster::storage {

// Thread-safe. Makes no call while its lock is held. Each operation takes O(log n) of the waiters.
class Waiters {
 public:
  using Reached = std::function<void(bool)>;

  explicit Waiters(domain::Position published) : published_(published) {}

  // Keeps `reached` until the position is published, and returns a ticket for it. Where there is
  // nothing to wait for, calls it at once, on this thread, and returns 0: with true if the position
  // is published already, with false after Close.
  uint64_t Add(domain::Position position, Reached reached);

  // Removes a waiter. False: it was called, or is about to be.
  bool Cancel(uint64_t ticket);

  // Sets the published position and returns the waiters that it has reached, in the order of their
  // positions. The caller calls them with true.
  [[nodiscard]] std::vector<Reached> Publish(domain::Position position);

  // Nothing is published from now on: calls all waiters with false, on this thread. Idempotent.
  void Close();

 private:
  using Key = std::pair<domain::Position, uint64_t>;  // position and ticket

  Mutex mutex_;
  domain::Position published_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t last_ticket_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<Key, Reached> waiting_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<uint64_t, domain::Position> positions_ ABSL_GUARDED_BY(mutex_);  // by ticket
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_PIPELINE_WAITERS_H_
