// Users by ImportUsers.

#ifndef ROSTER_TOOLS_BENCHMARK_LOAD_IMPORT_H_
#define ROSTER_TOOLS_BENCHMARK_LOAD_IMPORT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/benchmark/load/target.h"

namespace roster::benchmark {

struct Imported {
  uint64_t created = 0;
  uint64_t failed = 0;
  absl::Duration took;  // from the header to the summary, of all files
  absl::Duration server_cpu;
};

// Imports `rows` people from number `first` on, each as a viewer, in files of 200 000 rows at most.
// UNAVAILABLE: an import was refused or broke off; the message names the reason.
absl::StatusOr<Imported> ImportPeople(const Target& target, const std::string& account_id,
                                      uint64_t first, uint64_t rows);

}  // namespace roster::benchmark

#endif  // ROSTER_TOOLS_BENCHMARK_LOAD_IMPORT_H_
