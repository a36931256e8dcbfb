#include "storage/pipeline/group.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "domain/access/authentication.h"
#include "domain/base/refusal.h"
#include "domain/fold.h"
#include "domain/request/request.h"
#include "domain/rows/codec.h"
#include "storage/vault/sealing.h"

namespace roster::storage {
namespace {

using event::v1::Commit;

// What the log may add to a record when it stamps it: log id, shard, epoch, position and previous
// hash, 2 + 16, 1 + 5, 1 + 10, 1 + 10 and 2 + 32 bytes.
constexpr size_t kStampBytes = 80;

// The record of a command's events: everything but what the log stamps, and the position, which the
// fold needs.
Commit Record(const Proposal& proposal, const domain::Caller& caller, domain::Events events,
              Position position) {
  Commit commit;
  commit.set_position(position);
  commit.set_account_id(proposal.account_id);
  *commit.mutable_actor() = caller.actor;
  commit.set_cause(proposal.method);
  *commit.mutable_time() = domain::ToTimestamp(caller.at);
  if (proposal.request) {
    commit.set_request_id(proposal.request->id);
    commit.set_request_hash(proposal.request_hash);
    if (proposal.receipt) *commit.mutable_receipt() = proposal.receipt();
  }
  commit.mutable_events()->Reserve(static_cast<int>(events.size()));
  for (event::v1::Event& event : events) *commit.add_events() = std::move(event);
  return commit;
}

// The outcome of a request that was accepted before.
Outcome Repeat(const Proposal& proposal, view::v1::RequestRow row) {
  if (row.request_hash() != proposal.request_hash) {
    return {.status = domain::Refuse(domain::Reason::kRequestIdReused)};
  }
  return {.status = absl::OkStatus(),
          .position = row.position(),
          .changed = row.changed(),
          .repeated = std::move(*row.mutable_receipt())};
}

// Makes the commit ready to be stored, or says why it can't be.
absl::Status SealForLog(const domain::World& world, bool preview, Vault& vault, Commit& commit) {
  if (commit.ByteSizeLong() + SealingBytes(commit) + kStampBytes > kMaxCommitBytes) {
    return domain::RefuseLimit("commit_bytes", kMaxCommitBytes);
  }
  absl::Status sealed = SealPersonal(vault, world, preview, commit);
  return absl::IsResourceExhausted(sealed) ? domain::Refuse(domain::Reason::kDiskFull) : sealed;
}

// A world with other keys. Both outlive it.
class WorldWithKeys final : public domain::World {
 public:
  WorldWithKeys(const domain::World& below, const domain::Keys& keys)
      : below_(below), keys_(keys) {}

  Position position() const override { return below_.position(); }
  const domain::Keys& keys() const override { return keys_; }
  std::optional<std::string> GetRaw(domain::Table table, std::string_view key) const override {
    return below_.GetRaw(table, key);
  }
  void ScanRaw(domain::Table table, std::string_view prefix, std::string_view after,
               domain::Direction direction, Visitor visit) const override {
    below_.ScanRaw(table, prefix, after, direction, visit);
  }

 private:
  const domain::World& below_;
  const domain::Keys& keys_;
};

}  // namespace

Decision Decide(const Proposal& proposal, const absl::StatusOr<absl::Time>& at, bool preview,
                Vault& vault, domain::Overlay& world) {
  Decision decision;
  Outcome& outcome = decision.outcome;
  outcome.position = world.position();
  outcome.status = at.status();
  if (!at.ok()) return decision;
  // The command has waited since its caller was let in.
  outcome.status = domain::CheckProof(world, proposal.caller);
  if (!outcome.status.ok()) return decision;
  if (proposal.request) {
    if (auto row = FindRequest(world, *proposal.request, *at)) {
      outcome = Repeat(proposal, *std::move(row));
      return decision;
    }
  }

  domain::Caller caller = proposal.caller;
  caller.at = *at;
  absl::StatusOr<domain::Events> events = proposal.decide(world, caller);
  outcome.status = events.status();
  if (!events.ok()) return decision;

  outcome.changed = !events->empty();
  if (!outcome.changed && !proposal.request) {  // nothing to store
    if (proposal.reply) proposal.reply(world, outcome);
    return decision;
  }
  Commit commit = Record(proposal, caller, *std::move(events), world.position() + 1);
  outcome.status = SealForLog(world, preview, vault, commit);
  if (!outcome.status.ok()) return decision;
  domain::Fold(world, commit);
  outcome.position = commit.position();
  if (proposal.reply) {
    const SealedNow keys(world.keys(), commit);
    proposal.reply(WorldWithKeys(world, keys), outcome);
  }
  ClearPersonal(commit);
  decision.erasures = domain::ErasuresOf(commit);
  decision.commit = std::move(commit);
  return decision;
}

Group::Group(Base base)
    : base_(std::move(base)),
      changes_(std::make_shared<domain::Changes>()),
      world_(Below(), *changes_),
      expected_(world_.position()),
      time_(base_.time) {}

// Without unpublished changes there is no overlay for them, which every read would pass through.
const domain::World& Group::Below() {
  if (!base_.unpublished) return *base_.published;
  return below_.emplace(*base_.published, *base_.unpublished);
}

void Group::Add(Proposal proposal, const absl::StatusOr<absl::Time>& at, Vault& vault) {
  Decision decision = Decide(proposal, at, /*preview=*/false, vault, world_);
  commands_.push_back(
      {std::move(proposal), std::move(decision.outcome), std::move(decision.erasures)});
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
