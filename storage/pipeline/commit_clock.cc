#include "storage/pipeline/commit_clock.h"

#include <time.h>

#include <algorithm>

#include "domain/base/refusal.h"

namespace roster::storage {
namespace {

constexpr absl::Duration kBehindTolerance = absl::Seconds(5);
constexpr absl::Duration kAheadTolerance = absl::Hours(1);

}  // namespace

absl::Duration Uptime() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::DurationFromTimespec(now);
}

absl::StatusOr<absl::Time> CommitClock::After(absl::Time last) {
  const Reading now{wall_(), uptime_()};
  if (now.wall < last - kBehindTolerance) return domain::Refuse(domain::Reason::kClockBehind);
  MutexLock lock(mutex_);
  if (believed_ && now.wall - believed_->wall > now.uptime - believed_->uptime + kAheadTolerance) {
    return domain::Refuse(domain::Reason::kClockAhead);
  }
  believed_ = now;
  // Whole nanoseconds, so that the decision sees exactly the time that is recorded.
  return absl::FromUnixNanos(absl::ToUnixNanos(std::max(now.wall, last)));
}

}  // namespace roster::storage
