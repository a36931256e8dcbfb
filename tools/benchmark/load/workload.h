// What is asked of a server, call by call.

#ifndef ROSTER_TOOLS_BENCHMARK_LOAD_WORKLOAD_H_
#define ROSTER_TOOLS_BENCHMARK_LOAD_WORKLOAD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/benchmark/load/target.h"

namespace roster::benchmark {

// What the calls are about.
struct Subjects {
  std::string account_id;
  std::vector<std::string> user_ids;
  std::vector<std::string> page_tokens;  // of all pages of 50 users
  uint64_t first_person = 0;             // the first that is not a user yet
};

// Requests and answers are serialized messages, so that the load costs the machine little.
struct Workload {
  std::string method;  // "/package.Service/Method"
  std::function<std::string(uint64_t call)> request;
  // Whether an answer is the one that was meant to be measured.
  std::function<bool(const std::string& answer)> is_meant;
  // Called with what came of each call, in the order of the answers, on the thread of the loop.
  std::function<void(uint64_t call, const grpc::Status&, const std::string& answer)> seen = nullptr;
};

// The workload of this name: echo, echo_items, page, write (of the limits), check, batch, get,
// list, by_name, search, create (of Roster). INVALID_ARGUMENT: there is none, or it lacks subjects.
absl::StatusOr<Workload> FindWorkload(std::string_view name, Subjects subjects);

// Lists the users of the account: their ids and pages.
absl::StatusOr<Subjects> Survey(const Target& target, const std::string& account_id);

}  // namespace roster::benchmark

#endif  // ROSTER_TOOLS_BENCHMARK_LOAD_WORKLOAD_H_
