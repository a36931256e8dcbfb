#include "storage/pipeline/group_queue.h"

#include <iterator>
#include <utility>

namespace roster::storage {
namespace {

template <typename Proposals>
void PushFront(std::deque<Proposal>& queue, Proposals proposals) {
  queue.insert(queue.begin(), std::make_move_iterator(proposals.begin()),
               std::make_move_iterator(proposals.end()));
}

}  // namespace

GroupQueue::GroupQueue(GroupQueueLimits limits, Version published, absl::Time time,
                       absl::Status failure)
    : limits_(limits),
      queue_(limits.queue),
      published_(std::move(published)),
      published_time_(time),
      failure_(std::move(failure)) {}

std::optional<domain::Reason> GroupQueue::Queue(Proposal& proposal) {
  bool wake = false;
  {
    MutexLock lock(mutex_);
    if (!failure_.ok()) return domain::Reason::kStorageFailed;
    if (stopping_) return domain::Reason::kShuttingDown;
    // Where others wait already, the writer was woken for them, or waits on a full group.
    wake = Waiting() == 0;
    const Holder holder = {proposal.caller.actor_account_id, proposal.caller.actor.id()};
    if (!queue_.Push(holder, proposal)) return domain::Reason::kOverloaded;
  }
  if (wake) writer_wakes_.NotifyOne();
  return std::nullopt;
}

void GroupQueue::Stop() {
  MutexLock lock(mutex_);
  stopping_ = true;
  writer_wakes_.NotifyOne();
}

size_t GroupQueue::queue_depth() const {
  MutexLock lock(mutex_);
  return Waiting();
}

absl::Status GroupQueue::failure() const {
  MutexLock lock(mutex_);
  return failure_;
}

Base GroupQueue::published() const {
  MutexLock lock(mutex_);
  return {.published = published_, .unpublished = nullptr, .time = published_time_};
}

std::optional<Batch> GroupQueue::NextBatch() {
  MutexLock lock(mutex_);
  for (;;) {
    if (!returned_.empty()) {
      TakeBackReady();
      PushFront(again_, std::exchange(returned_, {}));
    }
    const bool waiting = Waiting() > 0 || ready_;
    if (!failure_.ok()) {
      // They came after the group on which the log failed, and are answered after it.
      if (waiting && !settling_) {
        TakeBackReady();
        return Batch{.group = nullptr, .proposals = TakeProposals(Waiting())};
      }
    } else if (Waiting() > 0 && !(ready_ && Full(*ready_))) {
      return TakeBatch();
    }
    if (stopping_ && !waiting && !settling_) break;
    writer_wakes_.Wait(mutex_);
  }
  writer_ended_ = true;
  committer_wakes_.NotifyOne();
  return std::nullopt;
}

// Puts the commands of a group that the committer does not have yet back into the queue.
void GroupQueue::TakeBackReady() {
  if (ready_) PushFront(again_, ready_->TakeProposals());
  ready_.reset();
}

std::deque<Proposal> GroupQueue::TakeProposals(size_t most) {
  std::deque<Proposal> taken;
  while (taken.size() < most && !again_.empty()) {
    taken.push_back(std::move(again_.front()));
    again_.pop_front();
  }
  while (taken.size() < most && !queue_.empty()) taken.push_back(*queue_.Pop());
  return taken;
}

Batch GroupQueue::TakeBatch() {
  Batch batch{.group = std::move(ready_), .proposals = {}};
  if (!batch.group) {
    batch.group =
        std::make_unique<Group>(Base{.published = published_,
                                     .unpublished = unpublished_,
                                     .time = unpublished_ ? unpublished_time_ : published_time_});
  }
  batch.proposals = TakeProposals(limits_.commands - batch.group->commands().size());
  return batch;
}

void GroupQueue::PutReady(Batch batch) {
  // If the committer has returned commands or failed meanwhile, it does not take the group, and
  // NextBatch takes it back first of all.
  MutexLock lock(mutex_);
  PushFront(again_, std::move(batch.proposals));
  ready_ = std::move(batch.group);
  committer_wakes_.NotifyOne();
}

bool GroupQueue::Full(const Group& group) const {
  return group.commands().size() >= limits_.commands || group.bytes() >= limits_.bytes;
}

std::unique_ptr<Group> GroupQueue::NextGroup() {
  MutexLock lock(mutex_);
  settling_ = false;
  while (!ready_ || !returned_.empty() || !failure_.ok()) {
    if (writer_ended_) return nullptr;
    if (stopping_ || !returned_.empty()) writer_wakes_.NotifyOne();
    committer_wakes_.Wait(mutex_);
  }
  settling_ = true;
  std::unique_ptr<Group> group = std::move(ready_);
  if (!group->commits().empty()) {
    unpublished_ = group->changes();
    unpublished_time_ = group->time();
  }
  if (Waiting() > 0) writer_wakes_.NotifyOne();  // it waits if the group was full
  return group;
}

void GroupQueue::Publish(Version version, absl::Time time) {
  MutexLock lock(mutex_);
  SetPublished(version, time);
}

void GroupQueue::Return(Version version, absl::Time time, std::vector<Proposal> proposals) {
  MutexLock lock(mutex_);
  SetPublished(version, time);
  returned_ = std::move(proposals);
}

// Swaps, so that the caller destroys the version before this one without the lock.
void GroupQueue::SetPublished(Version& version, absl::Time time) {
  published_.swap(version);
  published_time_ = time;
  unpublished_.reset();  // the group still has them
}

void GroupQueue::Fail(const absl::Status& failure) {
  MutexLock lock(mutex_);
  failure_ = failure;
}

void GroupQueue::FailedGroupAnswered() {
  MutexLock lock(mutex_);
  settling_ = false;
  writer_wakes_.NotifyOne();
}

}  // namespace roster::storage
