// AccessService on the wire.

#include "roster/access/v1/access_service.grpc.pb.h"
#include "services/call/api.h"
#include "services/call/unary.h"

namespace roster::access::v1 {
namespace {

using services::Engine;
using services::Methods;
using services::RunUnary;

class Service final : public AccessService::CallbackService {
 public:
  Service(const Engine& engine, Methods methods) : engine_(engine), methods_(std::move(methods)) {}

  ROSTER_UNARY(ListRoles)
  ROSTER_UNARY(ChangeUserRole)
  ROSTER_UNARY(Check)
  ROSTER_UNARY(BatchCheck)
  ROSTER_UNARY(GetCallerCapabilities)

 private:
  const Engine& engine_;
  const Methods methods_;
};

}  // namespace
}  // namespace roster::access::v1

namespace roster::services {

std::unique_ptr<grpc::Service> NewAccessService(const Engine& engine, Methods methods) {
  return std::make_unique<access::v1::Service>(engine, std::move(methods));
}

}  // namespace roster::services
