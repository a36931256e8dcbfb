// Whoever waits for the published position to reach a certain one.

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

// Thread-safe. Calls nobody while its lock is held. Every operation is O(log n) in those who wait.
class Waiters {
 public:
  using Reached = std::function<void(bool)>;

  explicit Waiters(domain::Position published) : published_(published) {}

  // Keeps `reached` until the position is published and returns a ticket for it. Calls it at once,
  // on this thread, and returns 0 when there is nothing to wait for: with true when the position is
  // published already, with false after Close.
  uint64_t Add(domain::Position position, Reached reached);

  // Takes a waiter back. False: it was called, or is about to be.
  bool Cancel(uint64_t ticket);

  // Moves the published position on and returns those who waited for it, in the order of their
  // positions, for the caller to call with true.
  [[nodiscard]] std::vector<Reached> Publish(domain::Position position);

  // Nothing is published from now on: calls all that are left with false, on this thread.
  // Idempotent.
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
