#include "services/call/engine.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "domain/access/authentication.h"
#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/wrong.h"
#include "domain/rows/account_rows.h"
#include "domain/world/past.h"
#include "grpcpp/alarm.h"
#include "services/call/as_of.h"
#include "services/call/record.h"
#include "services/call/request_hash.h"
#include "storage/base/mutex.h"

namespace roster::services {
namespace {

using domain::Reason;
using domain::Refuse;

constexpr absl::Duration kLongestWait = absl::Seconds(10);

// When a wait is given up that the caller's deadline bounds: so much earlier that the answer still
// arrives in time. By the real clock, as deadlines and alarms are, whatever clock commits have.
absl::Time EndOfWait(absl::Time deadline) {
  const absl::Time now = absl::Now();
  const absl::Duration left = deadline - now;
  return now + std::min(left - std::min(left / 4, absl::Seconds(1)), kLongestWait);
}

// A caller's wait for a position. Owned by the pipeline's waiter, so that it goes with it: were it
// owned by the alarm's callback, which the alarm owns, it would never go.
struct Wait {
  std::atomic<bool> over = false;
  storage::Mutex alarm_mutex;  // an alarm must not be set and cancelled at once
  grpc::Alarm alarm;
  std::function<void(bool)> then;
};

// Calls `then(true)` when the position is published, `then(false)` when the deadline comes first.
void AwaitPosition(storage::Pipeline& pipeline, domain::Position position, absl::Time deadline,
                   std::function<void(bool)> then) {
  const auto wait = std::make_shared<Wait>();
  wait->then = std::move(then);
  const uint64_t ticket = pipeline.Await(position, [wait](bool reached) {
    if (wait->over.exchange(true)) return;
    {
      const storage::MutexLock lock(wait->alarm_mutex);
      wait->alarm.Cancel();
    }
    wait->then(reached);
  });
  const storage::MutexLock lock(wait->alarm_mutex);
  if (wait->over) return;
  wait->alarm.Set(absl::ToChronoTime(deadline), [weak = std::weak_ptr<Wait>(wait), ticket,
                                                 &pipeline](bool expired) {
    const std::shared_ptr<Wait> late = expired ? weak.lock() : nullptr;
    if (late == nullptr || !pipeline.CancelAwait(ticket) || late->over.exchange(true)) return;
    late->then(false);
  });
}

}  // namespace

class Engine::CallState : public std::enable_shared_from_this<Engine::CallState> {
 public:
  CallState(const Engine& engine, const Method& method, Call& call)
      : dependencies_(engine.dependencies_),
        method_(method),
        call_(call),
        conventions_(method.conventions.Read(call.request())),
        ids_(dependencies_.ids),
        wait_(dependencies_.waits),
        began_(dependencies_.clock()) {
    method_.metrics.Started();
  }

  void Begin() {
    // Tested before authentication: under overload most calls end here.
    if (!call_.arrival().ok()) return Finish(Refused(call_.arrival()));
    if (method_.handler.command && dependencies_.pipeline.full()) {
      return Finish(Refused(Refuse(Reason::kOverloaded)));
    }
    const storage::Version version = dependencies_.pipeline.Latest();
    auto caller = Authenticate(*version, call_.credentials(), began_);
    if (!caller.ok()) return Finish(Refused(caller.status()));
    caller_ = *std::move(caller);
    if (!call_.CountFor(HolderOf(caller_))) return Finish(Refused(Refuse(Reason::kOverloaded)));
    const auto named = method_.ids.CheckNamed(call_.request());
    if (!named.ok()) return Finish(Refused(named));
    if (conventions_.at_least_position <= version->position()) return Proceed(version);
    Await(*version);
  }

 private:
  static storage::Outcome Refused(absl::Status status) {
    return {.status = std::move(status), .position = 0, .changed = false};
  }

  // Only a caller that is let in, and that may read something, may keep the server waiting.
  void Await(const domain::World& world) {
    const auto admitted = AdmitTo(world);
    if (!admitted.ok()) return Finish(Refused(admitted));
    if (!MayReadSomething(world)) return Finish(Refused(Refuse(Reason::kPositionNotReached)));
    if (!wait_.AcquireFor(HolderOf(caller_))) return Finish(Refused(Refuse(Reason::kOverloaded)));
    AwaitPosition(dependencies_.pipeline, conventions_.at_least_position,
                  EndOfWait(call_.deadline()),
                  [self = shared_from_this()](bool reached) { self->Waited(reached); });
  }

  bool MayReadSomething(const domain::World& world) const {
    if (caller_.actor.kind() == event::v1::Actor::KIND_OPERATOR) return true;
    const auto account = domain::FindAccount(world, caller_.actor_account_id);
    return account && !domain::EffectivePermissionsOf(world, caller_, *account).permissions.empty();
  }

  void Waited(bool reached) {
    wait_.Release();
    if (!reached) return Finish(Refused(Refuse(Reason::kPositionNotReached)));
    const storage::Version version = dependencies_.pipeline.Latest();
    const auto proven = domain::CheckProof(*version, caller_);
    if (!proven.ok()) return Finish(Refused(proven));
    Proceed(version);
  }

  absl::Status AdmitTo(const domain::World& world) {
    return Admit(world, caller_, method_.rule, conventions_.account_id, conventions_.user_id,
                 account_);
  }

  void Proceed(const storage::Version& version) {
    if (auto refusal = AdmitTo(*version); !refusal.ok()) return Finish(Refused(refusal));
    if (method_.handler.command) return Command();
    if (method_.handler.quick && conventions_.as_of == nullptr) return Read(*version);
    InTurn([this, admitted = version->position()] { ReadInTurn(admitted); });
  }

  // A caller that was let in at `admitted` may have lost its token or its rights since.
  void ReadInTurn(domain::Position admitted) {
    const storage::Version version = dependencies_.pipeline.Latest();
    if (version->position() != admitted) {
      const auto proven = domain::CheckProof(*version, caller_);
      const auto refusal = proven.ok() ? AdmitTo(*version) : proven;
      if (!refusal.ok()) return Finish(Refused(refusal));
    }
    Read(*version);
  }

  // Does what takes longer on a thread for that, when its turn comes.
  void InTurn(std::function<void()> work) {
    const bool queued = dependencies_.readers.Run(
        HolderOf(caller_), [self = shared_from_this(), work = std::move(work)] {
          if (self->call_.deadline() > absl::Now()) return work();
          self->Finish(Refused(Refuse(Reason::kDeadlinePassed)));
        });
    if (!queued) Finish(Refused(Refuse(Reason::kOverloaded)));
  }

  void Read(const domain::World& world) {
    if (conventions_.as_of != nullptr) return Past(world);
    Answer({.world = world,
            .log = dependencies_.log,
            .caller = caller_,
            .page_key = dependencies_.page_key,
            .account = account_ ? &*account_ : nullptr});
  }

  // The present decides whether the caller may ask; the past is what is answered.
  void Past(const domain::World& now) {
    if (!method_.handler.reads_past) {
      return Finish(Refused(Refuse(Reason::kNotImplemented, {{"field", "as_of"}})));
    }
    const auto moment =
        FindMoment(*conventions_.as_of, dependencies_.log, now, dependencies_.clock());
    if (!moment.ok()) return Finish(Refused(moment.status()));
    caller_.at = moment->at;
    Answer({.world = domain::PastWorld(now, moment->position),
            .log = dependencies_.log,
            .caller = caller_,
            .page_key = dependencies_.page_key,
            .as_of = moment->position});
  }

  void Answer(const QueryContext& query) {
    const auto status = method_.handler.query(query, call_.request(), call_.response());
    Finish({.status = status, .position = query.world.position(), .changed = false});
  }

  void Command() {
    if (!conventions_.request_id.empty() && !IsUuid(conventions_.request_id)) {
      return Finish(Refused(
          domain::RefuseFields({{"request_id", Reason::kInvalidValue, domain::wrong::NotUuid()}})));
    }
    const CommandContext context{.ids = ids_, .shows_secrets = !conventions_.validate_only};
    auto change = method_.handler.command(context, call_.request(), call_.response());
    if (!change.ok()) return Finish(Refused(change.status()));
    storage::Proposal proposal{
        .account_id = conventions_.account_id,
        .caller = caller_,
        .method = method_.full_name,
        .decide = std::move(change->decide),
        .reply = std::move(change->reply),
        .deadline = call_.deadline(),
        .done = [self = shared_from_this()](const storage::Outcome& outcome) {
          self->Settled(outcome);
        }};
    if (change->account_id) proposal.account_id = *change->account_id;
    if (!conventions_.request_id.empty()) KeepRequest(proposal);
    if (!conventions_.validate_only) return dependencies_.pipeline.Submit(std::move(proposal));
    InTurn([this, proposal = std::move(proposal)] {
      Settled(dependencies_.pipeline.Preview(proposal));
    });
  }

  void KeepRequest(storage::Proposal& proposal) {
    proposal.request = domain::Request{.account_id = conventions_.account_id,
                                       .actor = caller_.actor,
                                       .id = conventions_.request_id};
    proposal.request_hash = RequestHash(dependencies_.request_hash_key, method_, call_.request());
    proposal.receipt = [self = shared_from_this()] {
      event::v1::Receipt receipt;
      for (const std::string& id : self->ids_.made()) receipt.add_ids(id);
      return receipt;
    };
  }

  void Settled(const storage::Outcome& outcome) {
    if (outcome.status.ok() && outcome.repeated) Repeat(outcome);
    Finish(outcome);
  }

  // Answers as the first call was: the same command with the same ids, in the world right after it.
  void Repeat(const storage::Outcome& outcome) {
    CommandIds ids({outcome.repeated->ids().begin(), outcome.repeated->ids().end()});
    const CommandContext context{.ids = ids, .shows_secrets = false};
    const auto change = method_.handler.command(context, call_.request(), call_.response());
    const storage::Version now = dependencies_.pipeline.Latest();
    if (change.ok()) change->reply(domain::PastWorld(*now, outcome.position), outcome);
  }

  void Finish(const storage::Outcome& outcome) {
    RecordCall(dependencies_, {.method = method_,
                               .caller = caller_,
                               .account_id = conventions_.account_id,
                               .outcome = outcome,
                               .began = began_,
                               .details = [&] { return DetailsOf(outcome); }});
    if (!outcome.status.ok()) call_.response().Clear();
    call_.Answer(outcome.status);  // the last use of the call
  }

  CallDetails DetailsOf(const storage::Outcome& outcome) const {
    return {.subject_id = SubjectOf(outcome),
            .request_id = conventions_.request_id,
            .peer = call_.peer(),
            .trace = call_.trace()};
  }

  // The subject that the request names, or what a command has made.
  std::string SubjectOf(const storage::Outcome& outcome) const {
    std::string named = method_.conventions.SubjectIn(call_.request());
    if (!named.empty() || !outcome.changed) return named;
    if (outcome.repeated) return outcome.repeated->ids_size() > 0 ? outcome.repeated->ids(0) : "";
    return ids_.made().empty() ? "" : ids_.made().front();
  }

  const Dependencies& dependencies_;
  const Method& method_;
  Call& call_;
  const Conventions conventions_;
  CommandIds ids_;
  Permit wait_;
  const absl::Time began_;
  domain::Caller caller_;
  std::optional<view::v1::AccountRow> account_;  // as admission has read it
};

void Engine::Run(const Method& method, Call& call) const {
  std::make_shared<CallState>(*this, method, call)->Begin();
}

}  // namespace roster::services
