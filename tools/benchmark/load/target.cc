#include "tools/benchmark/load/target.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <time.h>  // NOLINT: the clock of a process is POSIX, not C

#include <chrono>

#include "absl/strings/str_cat.h"

namespace roster::benchmark {

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const Target& target) {
  grpc::ChannelArguments arguments;
  // Channels to the same server would else share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  auto channel = grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", target.port),
                                           grpc::InsecureChannelCredentials(), arguments);
  if (channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10))) {
    return channel;
  }
  return absl::UnavailableError(absl::StrCat("no connection to port ", target.port));
}

void Prepare(const Target& target, grpc::ClientContext& context) {
  context.AddMetadata("authorization", "Bearer " + target.token);
}

absl::StatusOr<absl::Duration> CpuTime(const Target& target) {
  clockid_t clock = 0;
  timespec time = {};
  if (clock_getcpuclockid(target.pid, &clock) != 0 || clock_gettime(clock, &time) != 0) {
    return absl::NotFoundError(absl::StrCat("no process ", target.pid));
  }
  return absl::DurationFromTimespec(time);
}

std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (details.ParseFromString(status.error_details())) {
    for (const auto& detail : details.details()) {
      if (detail.UnpackTo(&info)) return info.reason();
    }
  }
  return absl::StrCat("code ", status.error_code());
}

}  // namespace roster::benchmark
