#include "tests/crash/support/call.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "absl/strings/str_cat.h"

namespace roster::crash {
absl::Status ToAbsl(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  std::string reason;
  if (details.ParseFromString(status.error_details())) {
    for (const auto& detail : details.details()) {
      if (detail.UnpackTo(&info)) reason = info.reason() + ": ";
    }
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      reason + status.error_message());
}

std::shared_ptr<grpc::Channel> Connect(uint16_t port) {
  grpc::ChannelArguments arguments;
  // Another channel of this process, to a server that is gone, must not be taken for this one.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port),
                                   grpc::InsecureChannelCredentials(), arguments);
}

void Prepare(grpc::ClientContext& context, const std::string& token) {
  context.set_deadline(std::chrono::system_clock::now() + kLongestCall);
  context.AddMetadata("authorization", "Bearer " + token);
}

}  // namespace roster::crash
