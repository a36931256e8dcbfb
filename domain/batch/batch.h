// Several commands in one commit, of which each stands alone: a refused one changes nothing and
// keeps no other from being done.

#ifndef ROSTER_DOMAIN_BATCH_BATCH_H_
#define ROSTER_DOMAIN_BATCH_BATCH_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/base/command.h"
#include "domain/world/overlay.h"

namespace roster::domain {

// The events of the commands that were accepted, and one status for each command, both in order.
struct BatchResult {
  Events events;
  std::vector<absl::Status> statuses;
};

// Thread-compatible. The world outlives it.
class Batch {
 public:
  Batch(const World& world, std::string account_id)
      : account_id_(std::move(account_id)), so_far_(world, changes_) {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  // What the commands so far leave. The next command is decided in it.
  const World& world() const { return so_far_; }

  // Takes what was decided of the next command.
  void Add(absl::StatusOr<Events> decided);

  BatchResult Take() { return std::move(result_); }

 private:
  const std::string account_id_;
  Changes changes_;
  Overlay so_far_;
  BatchResult result_;
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_BATCH_BATCH_H_
