// The gRPC services of the API. Only the files behind this header see generated stubs.

#ifndef ROSTER_SERVICES_CALL_API_H_
#define ROSTER_SERVICES_CALL_API_H_

#include <memory>

#include "services/call/engine.h"
#include "services/call/method.h"

namespace grpc {
class Service;
}

namespace roster::services {

// Each takes its methods as ReadMethods gave them. The engine outlives them.
std::unique_ptr<grpc::Service> NewIdentityService(const Engine& engine, Methods methods);
std::unique_ptr<grpc::Service> NewAccessService(const Engine& engine, Methods methods);
std::unique_ptr<grpc::Service> NewAuditService(const Engine& engine, Methods methods);

// One line of a service class: the method runs on the engine.
#define ROSTER_UNARY(Name)                                                               \
  grpc::ServerUnaryReactor* Name(grpc::CallbackServerContext* context,                   \
                                 const Name##Request* request, Name##Response* response) \
      override {                                                                         \
    return RunUnary(engine_, methods_.at(#Name), *context, *request, *response);         \
  }

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CALL_API_H_
