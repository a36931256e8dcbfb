// A unary gRPC call as the engine sees it.

#ifndef ROSTER_SERVICES_UNARY_H_
#define ROSTER_SERVICES_UNARY_H_

#include <string_view>
#include <vector>

#include "google/protobuf/message.h"
#include "services/engine.h"
#include "services/method.h"

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

// The values of the `authorization` key of the caller's metadata. They live as long as the context.
std::vector<std::string_view> AuthorizationOf(const grpc::CallbackServerContext& context);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_UNARY_H_
