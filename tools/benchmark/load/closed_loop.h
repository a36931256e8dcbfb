// A closed loop: so many calls in flight, each followed by the next as soon as it is answered.

#ifndef ROSTER_TOOLS_BENCHMARK_LOAD_CLOSED_LOOP_H_
#define ROSTER_TOOLS_BENCHMARK_LOAD_CLOSED_LOOP_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/benchmark/load/target.h"
#include "tools/benchmark/load/workload.h"

namespace roster::benchmark {

struct LoopOptions {
  int in_flight = 64;
  int channels = 4;
  absl::Duration warm_up = absl::Milliseconds(300);  // not counted
  absl::Duration measured = absl::Seconds(1);
  uint64_t most_calls = 1'000'000;  // ends the measuring early
};

// Of the calls that were answered while it was measured.
struct Measured {
  absl::Duration took;
  absl::Duration server_cpu;
  std::vector<absl::Duration> times;       // of calls that succeeded
  std::vector<absl::Duration> refused;     // times of calls that failed
  std::map<std::string, uint64_t> errors;  // how many failed, by reason
  uint64_t started = 0;                    // calls of the whole run
};

// One thread drives all calls. UNAVAILABLE: the server can't be reached, or nothing was answered
// for 10 s. FAILED_PRECONDITION: the first answer is not what the workload means to measure.
absl::StatusOr<Measured> RunLoop(const Target& target, const Workload& workload,
                                 const LoopOptions& options);

}  // namespace roster::benchmark

#endif  // ROSTER_TOOLS_BENCHMARK_LOAD_CLOSED_LOOP_H_
