// A unary gRPC call as the engine sees it.

#ifndef ROSTER_SERVICES_CALL_UNARY_H_
#define ROSTER_SERVICES_CALL_UNARY_H_

#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "services/call/engine.h"
#include "services/method/method.h"

namespace roster::services {

// Runs the call on the engine and returns its reactor, which deletes itself. The engine and the
// method outlive it; request and response are gRPC's.
grpc::ServerUnaryReactor* RunUnary(const Engine& engine, const Method& method,
                                   grpc::CallbackServerContext& context,
                                   const grpc::ByteBuffer& request, grpc::ByteBuffer& response);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CALL_UNARY_H_
