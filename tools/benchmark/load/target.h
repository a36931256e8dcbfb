// The server under load: always one of this machine, always in plaintext.

#ifndef ROSTER_TOOLS_BENCHMARK_LOAD_TARGET_H_
#define ROSTER_TOOLS_BENCHMARK_LOAD_TARGET_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::benchmark {

struct Target {
  int port = 0;
  std::string token;  // sent with every call
  pid_t pid = 0;      // whose CPU time is read
};

// A channel with a connection of its own, which is there. UNAVAILABLE: it can't be had.
absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const Target& target);

void Prepare(const Target& target, grpc::ClientContext& context);

// CPU time of the server so far, of all its threads, by the system's account of the process.
// NOT_FOUND: there is no such process.
absl::StatusOr<absl::Duration> CpuTime(const Target& target);

// The reason that the server gave, or else the number of the code.
std::string ReasonOf(const grpc::Status& status);

}  // namespace roster::benchmark

#endif  // ROSTER_TOOLS_BENCHMARK_LOAD_TARGET_H_
