#include "storage/group.h"

#include <algorithm>
#include <string>
#include <utility>

#include "domain/fold.h"
#include "domain/refusal.h"
#include "domain/rows.h"

namespace roster::storage {
namespace {

constexpr absl::Duration kClockTolerance = absl::Seconds(5);

// What the log may add to a record when it stamps it: log id, shard, epoch, position and previous
// hash, 2 + 16, 1 + 5, 1 + 10, 1 + 10 and 2 + 32 bytes.
constexpr size_t kStampBytes = 80;

// The record of a command's events, without what the log stamps except for the position.
event::v1::Commit Record(const Proposal& proposal, const domain::Cause& cause,
                         domain::Events events, Position position) {
  event::v1::Commit commit;
  commit.set_position(position);
  commit.set_account_id(proposal.account_id);
  *commit.mutable_actor() = cause.actor;
  commit.set_cause(proposal.method);
  *commit.mutable_time() = domain::ToTimestamp(cause.at);
  commit.mutable_events()->Reserve(static_cast<int>(events.size()));
  for (event::v1::Event& event : events) *commit.add_events() = std::move(event);
  return commit;
}

}  // namespace

absl::StatusOr<absl::Time> CommitTime(absl::Time clock, absl::Time last) {
  if (clock < last - kClockTolerance) return domain::Refuse(domain::Reason::kClockBehind);
  // Whole nanoseconds, so that the decision sees exactly the time that is recorded.
  return absl::FromUnixNanos(absl::ToUnixNanos(std::max(clock, last)));
}

Decision Decide(const Proposal& proposal, const absl::StatusOr<absl::Time>& at,
                domain::Overlay& world) {
  Decision decision;
  Outcome& outcome = decision.outcome;
  outcome.position = world.position();
  outcome.status = at.status();
  if (!at.ok()) return decision;

  domain::Cause cause = proposal.cause;
  cause.at = *at;
  absl::StatusOr<domain::Events> events = proposal.decide(world, cause);
  outcome.status = events.status();
  if (!events.ok()) return decision;

  if (!events->empty()) {
    event::v1::Commit commit = Record(proposal, cause, *std::move(events), world.position() + 1);
    if (commit.ByteSizeLong() + kStampBytes > kMaxCommitBytes) {
      outcome.status = domain::Refuse(domain::Reason::kLimitExceeded,
                                      {{"limit_bytes", std::to_string(kMaxCommitBytes)}});
      return decision;
    }
    domain::Fold(world, commit);
    outcome.position = commit.position();
    outcome.changed = true;
    decision.commit = std::move(commit);
  }
  if (proposal.reply) proposal.reply(world, outcome);
  return decision;
}

Group::Group(Base base)
    : base_(std::move(base)),
      changes_(std::make_shared<domain::Changes>()),
      world_(Below(), *changes_),
      expected_(world_.position()),
      time_(base_.time) {}

// A level that has nothing to show would slow down every read.
const domain::World& Group::Below() {
  if (!base_.unpublished) return *base_.published;
  return below_.emplace(*base_.published, *base_.unpublished);
}

void Group::Add(Proposal proposal, const absl::StatusOr<absl::Time>& clock) {
  Decision decision = Decide(proposal, clock.ok() ? CommitTime(*clock, time_) : clock, world_);
  commands_.push_back({std::move(proposal), std::move(decision.outcome)});
  if (!decision.commit) return;
  time_ = domain::FromTimestamp(decision.commit->time());
  bytes_ += decision.commit->ByteSizeLong();
  commits_.push_back(*std::move(decision.commit));
}

std::vector<Proposal> Group::TakeProposals() {
  std::vector<Proposal> proposals;
  proposals.reserve(commands_.size());
  for (Command& command : commands_) proposals.push_back(std::move(command.proposal));
  commands_.clear();
  return proposals;
}

}  // namespace roster::storage
