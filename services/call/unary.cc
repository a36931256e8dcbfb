#include "services/call/unary.h"

#include <grpc/grpc_security_constants.h>

#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "domain/service_account/certificate_name.h"
#include "grpcpp/security/auth_context.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "services/transport/status.h"

namespace roster::services {
namespace {

using google::protobuf::Message;

class UnaryCall final : public grpc::ServerUnaryReactor, public Call {
 public:
  UnaryCall(Capacity& capacity, grpc::CallbackServerContext& context, const Message& request,
            Message& response)
      : permit_(capacity), context_(context), request_(request), response_(response) {
    permit_.Acquire(request.ByteSizeLong());
  }

  Credentials credentials() const override { return CredentialsOf(context_); }
  absl::Time deadline() const override { return absl::FromChrono(context_.deadline()); }
  const Message& request() const override { return request_; }
  Message& response() override { return response_; }
  std::optional<TraceContext> trace() const override { return TraceOf(context_); }
  bool admitted() const override { return permit_.acquired(); }
  void Answer(const absl::Status& status) override {
    permit_.AddBytes(response_.ByteSizeLong());  // until the caller takes it
    Finish(ToGrpc(status));
  }

  // gRPC hands OnDone over to another thread unless it is told that there is little to do, which
  // costs a quarter of a Check. It calls this its own, and its own reactors do the same; a gRPC
  // that no longer asks does not compile here.
  bool InternalInlineable() override { return true; }

 private:
  void OnDone() override { delete this; }

  Permit permit_;
  grpc::CallbackServerContext& context_;
  const Message& request_;
  Message& response_;
};

// gRPC fills the properties from the handshake alone: metadata can't set them. A listener that asks
// for no certificate has none.
std::vector<std::string> VerifiedNames(const grpc::CallbackServerContext& context) {
  constexpr struct {
    const char* property;
    std::optional<std::string> (*form)(std::string_view);
  } kKinds[] = {{GRPC_PEER_URI_PROPERTY_NAME, domain::UriName},
                {GRPC_PEER_DNS_PROPERTY_NAME, domain::DnsName}};
  std::vector<std::string> names;
  const auto peer = context.auth_context();
  if (peer == nullptr || !peer->IsPeerAuthenticated()) return names;
  for (const auto& kind : kKinds) {
    for (const grpc::string_ref& value : peer->FindPropertyValues(kind.property)) {
      if (auto name = kind.form({value.data(), value.size()})) names.push_back(*std::move(name));
    }
  }
  return names;
}

}  // namespace

grpc::ServerUnaryReactor* RunUnary(const Engine& engine, const Method& method,
                                   grpc::CallbackServerContext& context, const Message& request,
                                   Message& response) {
  auto* call = new UnaryCall(engine.dependencies().calls, context, request,
                             response);  // deletes itself when it is done
  engine.Run(method, *call);
  return call;
}

Credentials CredentialsOf(const grpc::CallbackServerContext& context) {
  Credentials credentials{.authorization = {}, .certificate_names = VerifiedNames(context)};
  const auto [begin, end] = context.client_metadata().equal_range("authorization");
  for (auto entry = begin; entry != end; ++entry) {
    credentials.authorization.emplace_back(entry->second.data(), entry->second.size());
  }
  return credentials;
}

std::optional<TraceContext> TraceOf(const grpc::CallbackServerContext& context) {
  const auto [begin, end] = context.client_metadata().equal_range("traceparent");
  if (begin == end || std::next(begin) != end) return std::nullopt;
  return ParseTraceparent({begin->second.data(), begin->second.size()});
}

}  // namespace roster::services
