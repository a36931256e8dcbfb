// How many lines of log refusals get.

#ifndef ROSTER_SERVICES_TELEMETRY_REFUSAL_LOG_H_
#define ROSTER_SERVICES_TELEMETRY_REFUSAL_LOG_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "services/telemetry/log.h"
#include "storage/base/mutex.h"

namespace roster::services {

// Lets so many refused calls a second have a line of their own, and tells of the others in one line
// a second, with their number: a line a call would be work that grows with a flood. The metrics
// count each call. Thread-safe.
class RefusalLog {
 public:
  // `message`: of the line about those that have none.
  RefusalLog(Logger& logger, std::string message, std::uint64_t lines_a_second)
      : logger_(logger), message_(std::move(message)), lines_a_second_(lines_a_second) {}

  // Counts a refused call. True: it may have a line.
  bool Count(absl::Time now);

 private:
  Logger& logger_;
  const std::string message_;
  const std::uint64_t lines_a_second_;
  storage::Mutex mutex_;
  std::uint64_t lines_ ABSL_GUARDED_BY(mutex_) = 0;  // since `began_`
  absl::Time began_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::uint64_t unreported_ ABSL_GUARDED_BY(mutex_) = 0;  // calls since the last line about them
  absl::Time reported_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();  // time of that line
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TELEMETRY_REFUSAL_LOG_H_
