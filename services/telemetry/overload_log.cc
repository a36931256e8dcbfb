#include "services/telemetry/overload_log.h"

#include <utility>

namespace roster::services {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);

}  // namespace

void OverloadLog::Count(absl::Time now) {
  std::uint64_t calls = 0;
  {
    const std::lock_guard lock(mutex_);
    ++untold_;
    if (now - told_ < kInterval) return;
    told_ = now;
    calls = std::exchange(untold_, 0);
  }
  logger_.Write(Level::kWarning, "overloaded", {{"refused_calls", calls}});
}

}  // namespace roster::services
