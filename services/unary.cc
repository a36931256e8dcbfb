#include "services/unary.h"

#include "absl/time/time.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "services/status.h"

namespace roster::services {
namespace {

using google::protobuf::Message;

class UnaryCall final : public grpc::ServerUnaryReactor, public Call {
 public:
  UnaryCall(grpc::CallbackServerContext& context, const Message& request, Message& response)
      : context_(context), request_(request), response_(response) {}

  std::vector<std::string_view> authorization() const override { return AuthorizationOf(context_); }
  absl::Time deadline() const override { return absl::FromChrono(context_.deadline()); }
  const Message& request() const override { return request_; }
  Message& response() override { return response_; }
  void Answer(const absl::Status& status) override { Finish(ToGrpc(status)); }

 private:
  void OnDone() override { delete this; }

  grpc::CallbackServerContext& context_;
  const Message& request_;
  Message& response_;
};

}  // namespace

grpc::ServerUnaryReactor* RunUnary(const Engine& engine, const Method& method,
                                   grpc::CallbackServerContext& context, const Message& request,
                                   Message& response) {
  auto* call = new UnaryCall(context, request, response);  // deletes itself when it is done
  engine.Run(method, *call);
  return call;
}

std::vector<std::string_view> AuthorizationOf(const grpc::CallbackServerContext& context) {
  std::vector<std::string_view> values;
  const auto [begin, end] = context.client_metadata().equal_range("authorization");
  for (auto entry = begin; entry != end; ++entry) {
    values.emplace_back(entry->second.data(), entry->second.size());
  }
  return values;
}

}  // namespace roster::services
