// AuditService on the wire.

#include "roster/audit/v1/audit_service.grpc.pb.h"
#include "services/call/api.h"
#include "services/call/unary.h"

namespace roster::audit::v1 {
namespace {

using services::Engine;
using services::Methods;
using services::RunUnary;

class Service final : public AuditService::CallbackService {
 public:
  Service(const Engine& engine, Methods methods) : engine_(engine), methods_(std::move(methods)) {}

  ROSTER_UNARY(ListEvents)

 private:
  const Engine& engine_;
  const Methods methods_;
};

}  // namespace
}  // namespace roster::audit::v1

namespace roster::services {

std::unique_ptr<grpc::Service> NewAuditService(const Engine& engine, Methods methods) {
  return std::make_unique<audit::v1::Service>(engine, std::move(methods));
}

}  // namespace roster::services
