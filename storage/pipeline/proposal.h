// A command on its way to the log, and what it came to.

#ifndef ROSTER_STORAGE_PIPELINE_PROPOSAL_H_
#define ROSTER_STORAGE_PIPELINE_PROPOSAL_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/base/command.h"
#include "domain/request/request.h"
#include "domain/user/person.h"
#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/log/log.h"

namespace roster::storage {

using domain::Erasure;

// What a command came to.
struct Outcome {
  absl::Status status;    // a refusal, or OK
  Position position = 0;  // of its commit; of the world that it read when it changed nothing or was
                          // refused; 0 when it was not decided
  bool changed = false;
  // When the request was accepted before: what it was told then. `position` and `changed` are those
  // of then, and nothing was done now.
  std::optional<event::v1::Receipt> repeated = std::nullopt;
};

// A command on its way to the log.
struct Proposal {
  std::string account_id;
  domain::Caller caller;  // `at` is filled in by the pipeline
  std::string method;     // the RPC, for the record
  // Decides; may run more than once (when another node appended first), so it must not consume its
  // state.
  std::function<absl::StatusOr<domain::Events>(const domain::World&, const domain::Caller&)> decide;
  // Builds the answer from the world right after the command, at its position. Called after each
  // successful decision, also of a no-op, on the thread that decided; the last call counts, so it
  // clears what an earlier one built. May be null.
  std::function<void(const domain::World&, const Outcome&)> reply;
  // The request, for a repeat of it to be recognised, and a hash of all that it says; nothing when
  // it is not to be remembered.
  std::optional<domain::Request> request = std::nullopt;
  std::string request_hash = {};
  // What a repeat shall be told; called after `decide`. May be null.
  std::function<event::v1::Receipt()> receipt = nullptr;
  // When nobody waits for the answer any more, by the system's clock: not decided after that, and
  // refused with DEADLINE_PASSED.
  absl::Time deadline = absl::InfiniteFuture();
  // Called exactly once when the outcome is durable and published, and what it erased is gone: on a
  // pipeline thread, without a lock, or on the thread of Submit when the command can't be queued.
  // Not called by Preview.
  std::function<void(const Outcome&)> done;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_PIPELINE_PROPOSAL_H_
