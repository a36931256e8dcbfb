// Log lines about calls refused under overload.

#ifndef ROSTER_SERVICES_TELEMETRY_OVERLOAD_LOG_H_
#define ROSTER_SERVICES_TELEMETRY_OVERLOAD_LOG_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "services/telemetry/log.h"
#include "storage/base/mutex.h"

namespace roster::services {

// Writes a line when a call is refused with OVERLOADED, at most one a second, with the number of
// calls refused since the line before. A line a call would be work that grows with the overload.
// The metrics count each call. Thread-safe.
class OverloadLog {
 public:
  explicit OverloadLog(Logger& logger) : logger_(logger) {}

  // Counts a refused call.
  void Count(absl::Time now);

 private:
  Logger& logger_;
  storage::Mutex mutex_;
  std::uint64_t unreported_ ABSL_GUARDED_BY(mutex_) = 0;  // calls since the last line
  absl::Time reported_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();  // time of that line
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TELEMETRY_OVERLOAD_LOG_H_
