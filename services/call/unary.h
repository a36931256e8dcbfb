// A unary gRPC call as the engine sees it.

#ifndef ROSTER_SERVICES_CALL_UNARY_H_
#define ROSTER_SERVICES_CALL_UNARY_H_

#include <optional>

#include "google/protobuf/message.h"
#include "services/call/admission.h"
#include "services/call/engine.h"
#include "services/call/method.h"
#include "services/transport/trace_context.h"

namespace grpc {
class CallbackServerContext;
class ServerUnaryReactor;
}  // namespace grpc

namespace roster::services {

// Runs the call on the engine and returns its reactor, which deletes itself. Request and response
// are gRPC's.
grpc::ServerUnaryReactor* RunUnary(const Engine& engine, const Method& method,
                                   grpc::CallbackServerContext& context,
                                   const google::protobuf::Message& request,
                                   google::protobuf::Message& response);

// What the call brings along. The tokens live as long as the context.
Credentials CredentialsOf(const grpc::CallbackServerContext& context);

// The trace that the call says it belongs to; nothing unless it says one and says it well.
std::optional<TraceContext> TraceOf(const grpc::CallbackServerContext& context);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CALL_UNARY_H_
