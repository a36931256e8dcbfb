#include "services/call/wire.h"

#include <grpc/grpc_security_constants.h>

#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/service_account/certificate_name.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/security/auth_context.h"
#include "grpcpp/support/slice.h"

namespace roster::services {
namespace {

using google::protobuf::Message;

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

absl::Status Parse(const grpc::ByteBuffer& bytes, const Method& method, Message& request) {
  grpc::Slice slice;  // small messages come in one, and need no copy
  const bool read = bytes.TrySingleSlice(&slice).ok() || bytes.DumpToSingleSlice(&slice).ok();
  if (read) {
    ROSTER_TRY(method.bounds.Check({reinterpret_cast<const char*>(slice.begin()), slice.size()}));
  }
  if (!read || !request.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    return domain::Refuse(domain::Reason::kMalformedRequest);
  }
  method.ids.ToLowerCase(request);
  return absl::OkStatus();
}

grpc::ByteBuffer Serialize(const Message& message) {
  grpc::ByteBuffer bytes;
  bool own_buffer = false;
  // Fails only if the message is larger than 2 GiB; the caller gets an empty buffer then.
  (void)grpc::SerializationTraits<Message>::Serialize(message, &bytes, &own_buffer);
  return bytes;
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
