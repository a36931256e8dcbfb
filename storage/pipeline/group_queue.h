// The state that the writer and the committer of the pipeline share: queued commands, the decided
// group, and the published version.

#ifndef ROSTER_STORAGE_PIPELINE_GROUP_QUEUE_H_
#define ROSTER_STORAGE_PIPELINE_GROUP_QUEUE_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "domain/base/refusal.h"
#include "domain/world/overlay.h"
#include "storage/base/fair_queue.h"
#include "storage/base/mutex.h"
#include "storage/pipeline/group.h"
#include "storage/pipeline/proposal.h"
#include "storage/views/views.h"

namespace roster::storage {

struct GroupQueueLimits {
  size_t queue;     // commands that wait
  size_t commands;  // commands in a group
  size_t bytes;     // of commit records in a group; the last record may exceed it
};

// Commands to decide, and the group that they join. Without a group the log has failed, and the
// commands are answered with STORAGE_FAILED.
struct Batch {
  std::unique_ptr<Group> group;
  std::deque<Proposal> proposals;
};

// Thread-safe, for one writer and one committer. A decided group waits here until the committer is
// free. Until then the writer takes it back to add commands, so a group grows while the disk is
// busy with the group before it.
class GroupQueue {
 public:
  // `failure`: OK, or why the log can't be used at all.
  GroupQueue(GroupQueueLimits limits, Version published, absl::Time time, absl::Status failure);

  // Queues a command: accounts take turns, and none may fill the queue (FairQueue). Returns the
  // reason if it can't be queued; the command is unchanged then.
  std::optional<domain::Reason> Queue(Proposal& proposal);

  // Refuses commands from now on. The writer ends when all that were queued are settled, and the
  // committer after it.
  void Stop();

  size_t queue_depth() const;
  absl::Status failure() const;

  // What is published, for decisions on other threads (validate_only).
  Base published() const;

  // Writer: waits for commands. Nothing: stopped, and everything is settled.
  std::optional<Batch> NextBatch();
  // Writer: publishes the decided group for the committer; proposals that did not fit go back to
  // the front of the queue.
  void PutReady(Batch batch);
  // Whether the group has reached a limit.
  bool Full(const Group& group) const;

  // Committer: waits for a group; the one before it is settled. Null: the writer has ended.
  std::unique_ptr<Group> NextGroup();
  // Committer: the group that is being settled is published as this version.
  void Publish(Version version, absl::Time time);
  // Committer: another node appended first, and the version shows what it wrote. The writer decides
  // these commands on it, then those decided after them, then those that wait.
  void Return(Version version, absl::Time time, std::vector<Proposal> proposals);
  // Committer: the log has failed, and no command is settled from now on.
  void Fail(const absl::Status& failure);
  // Committer: the group on which the log failed is answered; the writer answers all others.
  void FailedGroupAnswered();

 private:
  size_t Waiting() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return again_.size() + queue_.size();
  }
  std::deque<Proposal> TakeProposals(size_t most) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeBackReady() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Batch TakeBatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetPublished(Version& version, absl::Time time) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const GroupQueueLimits limits_;

  mutable Mutex mutex_;
  CondVar writer_wakes_;
  CondVar committer_wakes_;
  std::deque<Proposal> again_ ABSL_GUARDED_BY(mutex_);  // whose turn it was before: they come first
  FairQueue<Proposal> queue_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Group> ready_ ABSL_GUARDED_BY(mutex_);  // decided, for the committer
  std::vector<Proposal> returned_ ABSL_GUARDED_BY(mutex_);
  Version published_ ABSL_GUARDED_BY(mutex_);
  absl::Time published_time_ ABSL_GUARDED_BY(mutex_);  // of its last commit
  // The changes of the group that is being settled, until it is published, and the time of its last
  // commit. Null where it changes nothing.
  std::shared_ptr<domain::Changes> unpublished_ ABSL_GUARDED_BY(mutex_);
  absl::Time unpublished_time_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  bool settling_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool writer_ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_PIPELINE_GROUP_QUEUE_H_
