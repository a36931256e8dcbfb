// What gRPC has of a call: its messages as bytes, its credentials, its trace.

#ifndef ROSTER_SERVICES_CALL_WIRE_H_
#define ROSTER_SERVICES_CALL_WIRE_H_

#include <optional>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "services/method/admission.h"
#include "services/method/method.h"
#include "services/transport/trace_context.h"

namespace roster::services {

// Tests the bytes against the bounds of the method, then makes its request of them, with ids in
// lower case. MALFORMED_REQUEST: they are no message of this type. Other refusals as Bounds::Check.
absl::Status Parse(const grpc::ByteBuffer& bytes, const Method& method,
                   google::protobuf::Message& request);

grpc::ByteBuffer Serialize(const google::protobuf::Message& message);

// The tokens live as long as the context.
Credentials CredentialsOf(const grpc::CallbackServerContext& context);

// The trace that the call belongs to; nothing unless it names exactly one, well-formed.
std::optional<TraceContext> TraceOf(const grpc::CallbackServerContext& context);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CALL_WIRE_H_
