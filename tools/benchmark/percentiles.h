// What many measured times come down to.

#ifndef ROSTER_TOOLS_BENCHMARK_PERCENTILES_H_
#define ROSTER_TOOLS_BENCHMARK_PERCENTILES_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace roster::benchmark {

// All 0 where nothing was measured.
struct Percentiles {
  absl::Duration p50;
  absl::Duration p95;
  absl::Duration p99;
  absl::Duration max;
};

// Each is one of the times, that of the nearest rank.
Percentiles PercentilesOf(std::vector<absl::Duration> times);

// Members of a JSON object, without its braces: p50_us, p95_us, p99_us, max_us.
std::string ToJson(const Percentiles& percentiles);

}  // namespace roster::benchmark

#endif  // ROSTER_TOOLS_BENCHMARK_PERCENTILES_H_
