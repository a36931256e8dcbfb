// The commit pipeline: the only way in which anything changes.
//
// One thread, the writer, decides commands in groups, on the published version and the changes that
// are not published yet. A second thread, the committer, settles each group, always in this order:
// append with one fsync, apply, publish, answer. The next group is decided while this one syncs. So
// nothing is visible before it is durable, and nothing is answered before it is visible. Refusals
// and commands that change nothing are answered with their group too, because they may have read
// what is published with it.
//
// If another node has appended first, the group and the one decided on top of it are decided again,
// in their order, before newer commands and with a new time.

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
#include "storage/pipeline/commit_clock.h"
#include "storage/pipeline/proposal.h"
#include "storage/vault/vault.h"
#include "storage/views/views.h"

namespace roster::storage {

struct PipelineOptions {
  size_t queue_limit = 10'000;   // commands that wait; more are refused with OVERLOADED
  size_t group_limit = 512;      // commands in a group
  size_t group_bytes = 4 << 20;  // of commit records in a group; the last record may exceed it
  // Called by the writer and by Preview; thread-safe.
  std::function<absl::Time()> clock = absl::Now;
  std::function<absl::Duration()> uptime = Uptime;  // as `clock`; tells when that one jumps
  // Whether there is disk space for commands; called once a group. False: its commands are refused
  // with DISK_FULL; reads go on.
  std::function<bool()> has_disk_space = [] { return true; };
  // Called once, on the committer's thread, when an append or apply has failed. From then on every
  // command is answered with STORAGE_FAILED: its outcome is unknown. The process must end. Must not
  // call Stop.
  std::function<void(const absl::Status&)> on_failure = [](const absl::Status&) {};
  // Called on the committer's thread with the users that a published command erases. Calls `done`,
  // on any thread, when nobody can read them; the command is answered then. Null: it is answered
  // at once. A repeat of a request whose erasure is still under way calls it too, without users,
  // and so waits behind that erasure: `done` is called in the order of these calls.
  std::function<void(const std::vector<Erasure>&, std::function<void()> done)> erase = nullptr;
  struct GroupSettled {
    size_t commands;
    size_t commits;
    absl::Duration append;  // time spent in Append
    Position position;      // that is published now
  };
  // Called on the committer's thread when a group that was appended is answered.
  std::function<void(const GroupSettled&)> on_group = [](const GroupSettled&) {};
};

// Thread-safe. `log`, `views` and `vault` outlive the pipeline; nothing else applies changes to
// `views` or takes keys of `vault`. Callbacks are called without a lock, and may call everything
// here but Stop.
class Pipeline {
 public:
  // `views` is at the head of the log or behind it. If the time of the last commit can't be read
  // the pipeline fails at once, as after a failed append.
  Pipeline(Log& log, Views& views, Vault& vault, PipelineOptions options);
  // Settles what is queued, then stops.
  ~Pipeline();

  // Queues a command. If its deadline has passed when its turn comes, it is not decided, and it is
  // refused with DEADLINE_PASSED. If it can't be queued, `done` is called at once, on this thread:
  // OVERLOADED (the queue is full), SHUTTING_DOWN, STORAGE_FAILED.
  void Submit(Proposal proposal);

  // Decides the command on the published version and drops the result (validate_only). Runs on this
  // thread. The outcome is that of Submit, unless other commands come first; STORAGE_FAILED after a
  // failure.
  Outcome Preview(const Proposal& proposal) const;

  // The published version.
  Version Latest() const { return views_.Latest(); }

  // Calls `reached` once: with true when the published position is at least `position`, with false
  // if the pipeline stops or fails before. Where that is known already, it is called at once, on
  // this thread, and 0 is returned; otherwise a ticket. CancelAwait(ticket) returns true if it has
  // prevented the call; false if it was made, or is about to be.
  uint64_t Await(Position position, std::function<void(bool)> reached);
  bool CancelAwait(uint64_t ticket);

  // The commands that wait now, and whether more would be refused.
  size_t queue_depth() const;
  bool full() const;

  // Refuses new commands with SHUTTING_DOWN, and returns when all that were queued are settled.
  // Idempotent. Not to be called from a callback.
  void Stop();

 private:
  class State;
  Views& views_;
  std::unique_ptr<State> state_;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_PIPELINE_PIPELINE_H_
