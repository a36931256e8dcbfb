// The clock of commits: that of the machine, as far as it can be believed. A commit made while the
// machine's clock is ahead would stand in the log for ever, and would stop every later one until
// real time has come that far.

#ifndef ROSTER_STORAGE_PIPELINE_COMMIT_CLOCK_H_
#define ROSTER_STORAGE_PIPELINE_COMMIT_CLOCK_H_

#include <functional>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/base/mutex.h"

namespace roster::storage {

// The time since the machine was started, its sleep included. Nobody can set it.
absl::Duration Uptime();

// Thread-safe.
class CommitClock {
 public:
  // `wall` may be set, forwards and backwards; `uptime` never is. Both are thread-safe.
  CommitClock(std::function<absl::Time()> wall, std::function<absl::Duration()> uptime)
      : wall_(std::move(wall)), uptime_(std::move(uptime)) {}

  // The time of a commit, whole nanoseconds: that of the wall clock, but never earlier than `last`,
  // the time of the commit before it. CLOCK_BEHIND: the wall clock is more than 5 s behind `last`.
  // CLOCK_AHEAD: since the last call that succeeded, the wall clock has gone more than an hour
  // further than the uptime; until it is back.
  absl::StatusOr<absl::Time> After(absl::Time last);

 private:
  struct Reading {
    absl::Time wall;
    absl::Duration uptime;
  };

  const std::function<absl::Time()> wall_;
  const std::function<absl::Duration()> uptime_;
  Mutex mutex_;
  std::optional<Reading> believed_ ABSL_GUARDED_BY(mutex_);  // the last one
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_PIPELINE_COMMIT_CLOCK_H_
