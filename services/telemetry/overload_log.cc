#include "services/telemetry/overload_log.h"

#include <utility>

namespace roster::services {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);

}  // namespace

void OverloadLog::Count(absl::Time now) {
  std::uint64_t calls = 0;
  {
    storage::MutexLock lock(mutex_);
    ++unreported_;
    if (now - reported_at_ < kInterval) return;
    reported_at_ = now;
    calls = std::exchange(unreported_, 0);
  }
  logger_.Write(Level::kWarning, "overloaded", {{"refused_calls", calls}});
}

}  // namespace roster::services
