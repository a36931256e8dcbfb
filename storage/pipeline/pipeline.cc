#include "storage/pipeline/pipeline.h"

#include <chrono>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "storage/base/mutex.h"
#include "storage/pipeline/group.h"
#include "storage/pipeline/group_queue.h"
#include "storage/pipeline/waiters.h"

namespace roster::storage {
namespace {

// A log may refuse to append at its own head for a moment, while it lags behind what another node
// wrote. One that does so more often than this in a row will never take anything.
constexpr int kAbortsInPlace = 8;

// Answers a command that is not decided.
void Answer(const Proposal& proposal, domain::Reason reason) {
  proposal.done(Outcome{.status = domain::Refuse(reason)});
}

// Commits whose erasures are not finished yet. Thread-safe.
class PendingErasures {
 public:
  void Add(Position position) {
    MutexLock lock(mutex_);
    positions_.insert(position);
  }
  void Remove(Position position) {
    MutexLock lock(mutex_);
    positions_.erase(position);
  }
  bool Has(Position position) const {
    MutexLock lock(mutex_);
    return positions_.count(position) != 0;
  }

 private:
  mutable Mutex mutex_;
  std::unordered_set<Position> positions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

class Pipeline::State {
 public:
  State(Log& log, Views& views, Vault& vault, PipelineOptions options);
  ~State() { Stop(); }

  void Submit(Proposal proposal);
  Outcome Preview(const Proposal& proposal);
  size_t queue_depth() const { return group_queue_.queue_depth(); }
  bool full() const { return queue_depth() >= options_.queue_limit; }
  void Stop();
  Waiters& waiters() { return waiters_; }

 private:
  State(Log& log, Views& views, Vault& vault, PipelineOptions options,
        const absl::StatusOr<absl::Time>& last);

  void RunWriter();
  void DecideBatch(Batch& batch);
  absl::StatusOr<absl::Time> TimeFor(const Proposal& proposal, absl::Time last);

  void RunCommitter();
  absl::Status Settle(Group& group);
  void AnswerAll(const Group& group);
  void AnswerOnceErased(const Group::Command& command);
  absl::Status DecideAgain(Group& group);
  void Fail(const Group& group, const absl::Status& failure);

  Log& log_;
  Views& views_;
  Vault& vault_;
  const PipelineOptions options_;
  CommitClock clock_;
  GroupQueue group_queue_;
  Waiters waiters_;

  bool has_disk_space_ = true;  // the writer's: for the group that is being decided
  int aborts_in_place_ = 0;     // the committer's: in a row
  // Shared with the callbacks of erasures, which may end after the pipeline.
  const std::shared_ptr<PendingErasures> pending_erasures_ = std::make_shared<PendingErasures>();

  Mutex join_mutex_;
  std::thread writer_ ABSL_GUARDED_BY(join_mutex_);
  std::thread committer_ ABSL_GUARDED_BY(join_mutex_);
};

Pipeline::State::State(Log& log, Views& views, Vault& vault, PipelineOptions options)
    : State(log, views, vault, std::move(options), TimeAt(log, log.head())) {}

Pipeline::State::State(Log& log, Views& views, Vault& vault, PipelineOptions options,
                       const absl::StatusOr<absl::Time>& last)
    : log_(log),
      views_(views),
      vault_(vault),
      options_(std::move(options)),
      clock_(options_.clock, options_.uptime),
      group_queue_({.queue = options_.queue_limit,
                    .commands = options_.group_limit,
                    .bytes = options_.group_bytes},
                   views.Latest(), last.value_or(absl::InfinitePast()), last.status()),
      waiters_(views.Latest()->position()) {
  MutexLock lock(join_mutex_);
  writer_ = std::thread([this] { RunWriter(); });
  committer_ = std::thread([this] { RunCommitter(); });
}

void Pipeline::State::Submit(Proposal proposal) {
  if (const std::optional<domain::Reason> shed = group_queue_.Queue(proposal))
    Answer(proposal, *shed);
}

Outcome Pipeline::State::Preview(const Proposal& proposal) {
  if (!group_queue_.failure().ok())
    return {.status = domain::Refuse(domain::Reason::kStorageFailed)};
  const Base base = group_queue_.published();
  domain::Changes dropped;
  domain::Overlay world(*base.published, dropped);
  return Decide(proposal, clock_.After(base.time), /*preview=*/true, vault_, world).outcome;
}

void Pipeline::State::Stop() {
  group_queue_.Stop();
  {
    MutexLock lock(join_mutex_);
    if (writer_.joinable()) writer_.join();
    if (committer_.joinable()) committer_.join();
  }
  waiters_.Close();
}

void Pipeline::State::RunWriter() {
  while (std::optional<Batch> batch = group_queue_.NextBatch()) {
    if (batch->group) {
      DecideBatch(*batch);
      group_queue_.PutReady(*std::move(batch));
    } else {
      for (const Proposal& proposal : batch->proposals) {
        Answer(proposal, domain::Reason::kStorageFailed);
      }
    }
  }
}

void Pipeline::State::DecideBatch(Batch& batch) {
  Group& group = *batch.group;
  if (group.commands().empty()) has_disk_space_ = options_.has_disk_space();
  while (!batch.proposals.empty() && !group_queue_.Full(group)) {
    Proposal& next = batch.proposals.front();
    const absl::StatusOr<absl::Time> time = TimeFor(next, group.time());
    group.Add(std::move(next), time, vault_);
    batch.proposals.pop_front();
  }
}

// The time to decide a command at, or why it is not decided. The clock of commits may be another
// one, but a deadline counts by the system's, as gRPC has converted it.
absl::StatusOr<absl::Time> Pipeline::State::TimeFor(const Proposal& proposal, absl::Time last) {
  if (!has_disk_space_) return domain::Refuse(domain::Reason::kDiskFull);
  if (proposal.deadline != absl::InfiniteFuture() && proposal.deadline <= absl::Now()) {
    return domain::Refuse(domain::Reason::kDeadlinePassed);
  }
  return clock_.After(last);
}

void Pipeline::State::RunCommitter() {
  if (const absl::Status failure = group_queue_.failure(); !failure.ok()) {
    waiters_.Close();
    options_.on_failure(failure);
  }
  while (const std::unique_ptr<Group> group = group_queue_.NextGroup()) {
    if (const absl::Status settled = Settle(*group); !settled.ok()) Fail(*group, settled);
  }
}

// Appends, applies, publishes, answers. After an error the group is unanswered.
absl::Status Pipeline::State::Settle(Group& group) {
  if (group.commits().empty()) {
    // What its commands read is published by now.
    AnswerAll(group);
    return absl::OkStatus();
  }
  const auto begin = std::chrono::steady_clock::now();
  absl::Status appended = log_.Append(group.expected(), group.commits());
  const auto took = std::chrono::steady_clock::now() - begin;
  if (absl::IsAborted(appended)) return DecideAgain(group);
  if (!appended.ok()) return appended;
  aborts_in_place_ = 0;

  ROSTER_ASSIGN(Version version, views_.Apply(*group.changes()));
  const Position position = version->position();
  group_queue_.Publish(std::move(version), group.time());
  const std::vector<Waiters::Reached> released = waiters_.Publish(position);
  AnswerAll(group);
  for (const Waiters::Reached& reached : released) reached(true);
  options_.on_group({.commands = group.commands().size(),
                     .commits = group.commits().size(),
                     .append = absl::FromChrono(took),
                     .position = position});
  return absl::OkStatus();
}

void Pipeline::State::AnswerAll(const Group& group) {
  for (const Group::Command& command : group.commands()) {
    const bool erases = !command.erasures.empty();
    // The command that a repeat stands for may have erased a user who is not gone yet.
    const bool repeats_erasing =
        command.outcome.repeated && pending_erasures_->Has(command.outcome.position);
    if (options_.erase && (erases || repeats_erasing)) {
      AnswerOnceErased(command);
    } else {
      command.proposal.done(command.outcome);
    }
  }
}

void Pipeline::State::AnswerOnceErased(const Group::Command& command) {
  if (!command.erasures.empty()) pending_erasures_->Add(command.outcome.position);
  options_.erase(command.erasures, [pending = pending_erasures_, done = command.proposal.done,
                                    outcome = command.outcome] {
    pending->Remove(outcome.position);
    done(outcome);
  });
}

// Another node appended first: publishes what it wrote and returns the commands to the writer.
absl::Status Pipeline::State::DecideAgain(Group& group) {
  ROSTER_TRY(CatchUp(views_, log_, vault_));
  Version version = views_.Latest();
  const Position position = version->position();
  aborts_in_place_ = position == group.expected() ? aborts_in_place_ + 1 : 0;
  if (aborts_in_place_ > kAbortsInPlace) {
    return absl::InternalError("the log refuses to append at its own head");
  }
  ROSTER_ASSIGN(const absl::Time time, TimeAt(log_, position));
  group_queue_.Return(std::move(version), time, group.TakeProposals());
  for (const Waiters::Reached& reached : waiters_.Publish(position)) reached(true);
  return absl::OkStatus();
}

void Pipeline::State::Fail(const Group& group, const absl::Status& failure) {
  group_queue_.Fail(failure);
  for (const Group::Command& command : group.commands()) {
    Answer(command.proposal, domain::Reason::kStorageFailed);
  }
  // The writer answers all others, even if on_failure blocks.
  group_queue_.FailedGroupAnswered();
  waiters_.Close();
  options_.on_failure(failure);
}

Pipeline::Pipeline(Log& log, Views& views, Vault& vault, PipelineOptions options)
    : views_(views), state_(std::make_unique<State>(log, views, vault, std::move(options))) {}

Pipeline::~Pipeline() = default;

void Pipeline::Submit(Proposal proposal) { state_->Submit(std::move(proposal)); }

Outcome Pipeline::Preview(const Proposal& proposal) const { return state_->Preview(proposal); }

uint64_t Pipeline::Await(Position position, std::function<void(bool)> reached) {
  return state_->waiters().Add(position, std::move(reached));
}

bool Pipeline::CancelAwait(uint64_t ticket) { return state_->waiters().Cancel(ticket); }

size_t Pipeline::queue_depth() const { return state_->queue_depth(); }

bool Pipeline::full() const { return state_->full(); }

void Pipeline::Stop() { state_->Stop(); }

}  // namespace roster::storage
