// Where the two threads of the pipeline meet: queued commands, the decided group, what is
// published.

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
#include "storage/base/mutex.h"
#include "storage/pipeline/group.h"
#include "storage/pipeline/proposal.h"
#include "storage/views/views.h"

namespace roster::storage {

struct GroupQueueLimits {
  size_t queue;     // waiting commands
  size_t commands;  // in a group
  size_t bytes;     // of commit records in a group; the last one may go over
};

// Commands to decide, and the group that they join. Without a group the log has failed, and they
// are to be answered STORAGE_FAILED.
struct Batch {
  std::unique_ptr<Group> group;
  std::deque<Proposal> proposals;
};

// Thread-safe; one thread is the writer, one the committer. A decided group lies here until the
// committer is free, and as long as it does the writer may take it back to add commands: a group
// grows exactly while the disk is busy with the one before it.
class GroupQueue {
 public:
  // `failure` is that of a log that can't be used from the start, or OK.
  GroupQueue(GroupQueueLimits limits, Version published, absl::Time time, absl::Status failure);

  // Queues a command. When it can't be queued it is left as it was and the reason is returned.
  std::optional<domain::Reason> Queue(Proposal& proposal);

  // Takes no command any more; the writer ends when all that it took are settled, and the committer
  // after it.
  void Stop();

  size_t queue_depth() const;
  absl::Status failure() const;

  // What is published, to decide on without the writer.
  Base published() const;

  // The writer's. Waits for commands. Nothing: stopped, and everything is settled.
  std::optional<Batch> NextBatch();
  // The writer's: gives the group, and the proposals that did not fit, to whom it may concern.
  void PutReady(Batch batch);
  // Whether a group takes no more commands.
  bool Full(const Group& group) const;

  // The committer's. Waits for a group, the one before it being settled. Null: the writer has
  // ended.
  std::unique_ptr<Group> NextGroup();
  // The committer's: the version shows the group that is being settled now.
  void Publish(Version version, absl::Time time);
  // The committer's: the version shows what another node wrote. These commands, those decided after
  // them and those waiting are to be decided on it, in this order.
  void Return(Version version, absl::Time time, std::vector<Proposal> proposals);
  // The committer's: no command is settled from now on.
  void Fail(const absl::Status& failure);
  // The committer's: the group on which the log failed is answered, the rest is the writer's.
  void FailedGroupAnswered();

 private:
  void TakeBackReady() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Batch TakeBatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ShowVersion(Version& version, absl::Time time) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const GroupQueueLimits limits_;

  mutable Mutex mutex_;
  CondVar writer_wakes_;
  CondVar committer_wakes_;
  std::deque<Proposal> queue_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Group> ready_ ABSL_GUARDED_BY(mutex_);  // decided
  std::vector<Proposal> returned_ ABSL_GUARDED_BY(mutex_);
  Version published_ ABSL_GUARDED_BY(mutex_);
  absl::Time published_time_ ABSL_GUARDED_BY(mutex_);  // of its last commit
  // Changes of the group that is being settled and the time of its last commit, until it is
  // published. Null when it changes nothing.
  std::shared_ptr<domain::Changes> unpublished_ ABSL_GUARDED_BY(mutex_);
  absl::Time unpublished_time_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  bool settling_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool writer_ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_PIPELINE_GROUP_QUEUE_H_
