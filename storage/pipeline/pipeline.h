// The commit pipeline: the one path by which anything changes.
//
// One thread, the writer, decides commands in groups against the published version plus what is not
// applied yet. A second thread, the committer, settles each group: append with one fsync, apply,
// publish, answer - in this order and never another. The next group is decided while this one
// syncs. So nothing is visible before it is durable and nothing is answered before it is visible;
// refusals and no-ops travel with their group, because what they read may not be published before
// it.
//
// When another node appended first, the group and the one decided on top of it are decided again,
// in their order, before newer commands and with the time taken anew.

#ifndef ROSTER_STORAGE_PIPELINE_PIPELINE_H_
#define ROSTER_STORAGE_PIPELINE_PIPELINE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/log/log.h"
#include "storage/pipeline/proposal.h"
#include "storage/vault/vault.h"
#include "storage/views/views.h"

namespace roster::storage {

struct PipelineOptions {
  size_t queue_limit = 10'000;   // waiting commands; more are shed
  size_t group_limit = 512;      // commands in a group
  size_t group_bytes = 4 << 20;  // commit records in a group; the last one may go over
  // Called from the writer and by Preview; thread-safe.
  std::function<absl::Time()> clock = absl::Now;
  // Whether there is disk space for commands; asked once a group. False refuses them with
  // DISK_FULL; reads go on.
  std::function<bool()> has_disk_space = [] { return true; };
  // Called once, from the committer, when an append or apply failed. Nothing is acknowledged from
  // then on except as STORAGE_FAILED (outcome unknown). The process must end. Must not call Stop.
  std::function<void(const absl::Status&)> on_failure = [](const absl::Status&) {};
  // Called from the committer with what a published command erased; calls `done` when nothing is
  // left of it, on any thread, and the command is answered then. Null: at once. Also called, with
  // nothing, for the repeat of a request: it calls `done` in the order of the calls.
  std::function<void(const std::vector<Erasure>&, std::function<void()> done)> erase = nullptr;
  struct GroupSettled {
    size_t commands;
    size_t commits;
    absl::Duration append;  // spent in Append
    Position position;      // published now
  };
  // Called from the committer after each group that was appended, when it is answered.
  std::function<void(const GroupSettled&)> on_group = [](const GroupSettled&) {};
};

// Thread-safe. `log`, `views` and `vault` outlive the pipeline; nobody else applies to `views` or
// takes keys of `vault`. Callbacks
// are never called while a lock is held, and may call everything here but Stop.
class Pipeline {
 public:
  // `views` shows the log up to its head or lags behind it. When the time of the last commit can't
  // be read the pipeline fails at once, as after a failed append.
  Pipeline(Log& log, Views& views, Vault& vault, PipelineOptions options);
  // Settles what is queued, then stops.
  ~Pipeline();

  // Queues a command. One whose deadline has passed when its turn comes is not decided, and refused
  // with DEADLINE_PASSED in its turn. When it can't be queued, `done` is called at once, on this
  // thread: OVERLOADED (the queue is full), SHUTTING_DOWN, STORAGE_FAILED.
  void Submit(Proposal proposal);

  // Decides the command over the published version and drops the result (validate_only). Runs on
  // this thread. The outcome is what Submit would give, unless others come first; STORAGE_FAILED
  // after a failure.
  Outcome Preview(const Proposal& proposal) const;

  // The published version.
  Version Latest() const { return views_.Latest(); }

  // Calls `reached(true)` once, when the published position is at least `position` (at once, on
  // this thread, when it is already; the ticket is 0 then). Returns a ticket; CancelAwait(ticket)
  // returns true when it took the waiter back uncalled. When the pipeline stops or fails first:
  // `reached(false)`.
  uint64_t Await(Position position, std::function<void(bool)> reached);
  bool CancelAwait(uint64_t ticket);

  // Commands waiting now, and whether more would be shed.
  size_t queue_depth() const;
  bool full() const;

  // Refuses new commands with SHUTTING_DOWN and returns when all that were queued are settled.
  // Idempotent. Not to be called from a callback.
  void Stop();

 private:
  class State;
  Views& views_;
  std::unique_ptr<State> state_;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_PIPELINE_PIPELINE_H_
