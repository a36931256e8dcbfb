#include "services/telemetry/refusal_log.h"

namespace roster::services {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);

}  // namespace

bool RefusalLog::Count(absl::Time now) {
  std::uint64_t calls = 0;
  {
    const storage::MutexLock lock(mutex_);
    if (now - began_ >= kInterval) {
      began_ = now;
      lines_ = 0;
    }
    if (lines_ < lines_a_second_) {
      ++lines_;
      return true;
    }
    ++unreported_;
    if (now - reported_at_ < kInterval) return false;
    reported_at_ = now;
    calls = std::exchange(unreported_, 0);
  }
  logger_.Write(Level::kWarning, message_, {{"refused_calls", calls}});
  return false;
}

}  // namespace roster::services
