#include "tools/rosterctl/call.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>  // serializes messages

#include <fstream>
#include <future>
#include <iostream>
#include <iterator>

#include "google/protobuf/util/json_util.h"
#include "tools/rosterctl/lenient_json.h"
#include "tools/rosterctl/methods.h"

namespace roster::ctl {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

absl::StatusOr<std::string> ReadJson(const std::string& argument) {
  if (argument == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  if (!argument.starts_with('@')) return argument;
  const std::string file = argument.substr(1);
  std::ifstream in(file);
  std::string json(std::istreambuf_iterator<char>(in), {});
  if (!in) return absl::InvalidArgumentError("can't read " + file);
  return json;
}

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor& type) {
  const auto* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type);
  return std::unique_ptr<Message>(prototype->New());
}

absl::StatusOr<std::unique_ptr<Message>> ParseRequest(const MethodDescriptor& method,
                                                      const std::string& json) {
  const auto canonical = Canonical(*method.input_type(), json, MaskForm::kText);
  auto request = NewMessage(*method.input_type());
  std::string wrong(canonical.status().message());
  if (canonical.ok()) {
    const auto status = google::protobuf::util::JsonStringToMessage(*canonical, request.get());
    if (status.ok()) return request;
    wrong = std::string(status.message());
  }
  return absl::InvalidArgumentError("this is no " + method.input_type()->name() + ": " + wrong);
}

std::string ToJson(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  return status.ok() ? json : status.ToString() + "\n";
}

grpc::Status CallUnary(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context,
                       const MethodDescriptor& method, const Message& request, Message& response) {
  grpc::TemplatedGenericStub<Message, Message> stub(channel);
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, "/" + PathOf(method), {}, &request, &response,
                 [&done](grpc::Status status) { done.set_value(std::move(status)); });
  return done.get_future().get();
}

}  // namespace roster::ctl
