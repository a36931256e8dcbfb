// A unary call whose request is given as JSON.

#ifndef ROSTER_TOOLS_ROSTERCTL_CALL_H_
#define ROSTER_TOOLS_ROSTERCTL_CALL_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace roster::ctl {

// The JSON that an argument stands for: itself, `@file` the content of the file, `-` that of
// standard input. INVALID_ARGUMENT: it can't be read.
absl::StatusOr<std::string> ReadJson(const std::string& argument);

// The request of the method, of JSON as people write it (lenient_json.h). INVALID_ARGUMENT: not
// JSON, or not of this message.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> ParseRequest(
    const google::protobuf::MethodDescriptor& method, const std::string& json);

// Indented, with the fields named as in the proto; ends in a newline.
std::string ToJson(const google::protobuf::Message& message);

// Calls the method and waits. The response has the method's output type.
grpc::Status CallUnary(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context,
                       const google::protobuf::MethodDescriptor& method,
                       const google::protobuf::Message& request,
                       google::protobuf::Message& response);

// An empty message of a type that is linked into this binary.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);

}  // namespace roster::ctl

#endif  // ROSTER_TOOLS_ROSTERCTL_CALL_H_
