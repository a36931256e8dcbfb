#include "tools/benchmark/percentiles.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"

namespace roster::benchmark {

Percentiles PercentilesOf(std::vector<absl::Duration> times) {
  if (times.empty()) return {};
  std::sort(times.begin(), times.end());
  const auto at = [&times](double share) {
    const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(times.size())));
    return times[std::max<size_t>(rank, 1) - 1];
  };
  return {.p50 = at(0.50), .p95 = at(0.95), .p99 = at(0.99), .max = times.back()};
}

std::string ToJson(const Percentiles& percentiles) {
  return absl::StrFormat(
      R"("p50_us": %.1f, "p95_us": %.1f, "p99_us": %.1f, "max_us": %.1f)",
      absl::ToDoubleMicroseconds(percentiles.p50), absl::ToDoubleMicroseconds(percentiles.p95),
      absl::ToDoubleMicroseconds(percentiles.p99), absl::ToDoubleMicroseconds(percentiles.max));
}

}  // namespace roster::benchmark
