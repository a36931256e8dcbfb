// The log of an overload.

#ifndef ROSTER_SERVICES_TELEMETRY_OVERLOAD_LOG_H_
#define ROSTER_SERVICES_TELEMETRY_OVERLOAD_LOG_H_

#include <cstdint>
#include <mutex>

#include "absl/time/time.h"
#include "services/telemetry/log.h"

namespace roster::services {

// One line a second while calls are refused with OVERLOADED, with their number: a line for each
// would be work that grows with the overload. Each is in the metrics. Thread-safe.
class OverloadLog {
 public:
  explicit OverloadLog(Logger& logger) : logger_(logger) {}

  // A call was refused.
  void Count(absl::Time now);

 private:
  Logger& logger_;
  std::mutex mutex_;
  std::uint64_t untold_ = 0;                // guarded by mutex_
  absl::Time told_ = absl::InfinitePast();  // the same
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TELEMETRY_OVERLOAD_LOG_H_
