// A command that is proposed to the pipeline, and its outcome.

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
#include "domain/user/erase.h"
#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/log/log.h"

namespace roster::storage {

using domain::Erasure;

// The outcome of a command.
struct Outcome {
  absl::Status status;  // a refusal, or OK
  // The position of the command's commit. Without a commit, the position of the world in which it
  // was decided or refused; 0 if it was not decided.
  Position position = 0;
  bool changed = false;
  // Set if the request was accepted before: the receipt of then. `position` and `changed` are also
  // those of then, and nothing was done now.
  std::optional<event::v1::Receipt> repeated = std::nullopt;
};

// A command for the pipeline.
struct Proposal {
  std::string account_id;
  domain::Caller caller;  // `at` is filled in by the pipeline
  std::string method;     // the RPC, for the record
  // Decides. Runs again if another node has appended first, so it must not consume its state.
  std::function<absl::StatusOr<domain::Events>(const domain::World&, const domain::Caller&)> decide;
  // Builds the answer from the world right after the command, at its position. Called on the
  // deciding thread after each decision that is not a refusal, also one without events. The last
  // call counts, so it clears what an earlier one built. May be null.
  std::function<void(const domain::World&, const Outcome&)> reply;
  // The request and a hash of its content, by which a repeat is recognised. Nothing: the request is
  // not remembered.
  std::optional<domain::Request> request = std::nullopt;
  std::string request_hash = {};
  // The receipt that a repeat gets; called after `decide`. May be null.
  std::function<event::v1::Receipt()> receipt = nullptr;
  // The end of the caller's wait, by the system's clock. A command is not decided after it, but
  // refused with DEADLINE_PASSED.
  absl::Time deadline = absl::InfiniteFuture();
  // Called exactly once, when the outcome is durable and published and the keys of the users that
  // it erased are destroyed. Called without a lock, on a thread of the pipeline or of the eraser,
  // or on that of Submit if the command can't be queued. Not called by Preview.
  std::function<void(const Outcome&)> done;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_PIPELINE_PROPOSAL_H_
