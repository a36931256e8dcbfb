// A gRPC service made from its descriptor: every method runs on the engine.

#ifndef ROSTER_SERVICES_CALL_SERVICE_H_
#define ROSTER_SERVICES_CALL_SERVICE_H_

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"
#include "services/call/engine.h"
#include "services/method/method.h"

namespace roster::services {

// The methods as ReadMethods gave them. The engine outlives the service.
//
// Written by hand, on the classes that gRPC's generated services stand on: those take a line for
// each method and a quarter of a second of compilation, and their messages can't live on an arena.
std::unique_ptr<grpc::Service> NewService(const Engine& engine, Methods methods);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CALL_SERVICE_H_
