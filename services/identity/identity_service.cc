// IdentityService on the wire.

#include "roster/identity/v1/identity_service.grpc.pb.h"
#include "services/call/api.h"
#include "services/call/unary.h"
#include "services/identity/import_call.h"

namespace roster::identity::v1 {
namespace {

using services::Engine;
using services::Methods;
using services::RunUnary;

class Service final : public IdentityService::CallbackService {
 public:
  Service(const Engine& engine, Methods methods) : engine_(engine), methods_(std::move(methods)) {}

  ROSTER_UNARY(CreateAccount)
  ROSTER_UNARY(GetAccount)
  ROSTER_UNARY(ListAccounts)
  ROSTER_UNARY(UpdateAccountPolicy)
  ROSTER_UNARY(CreateUser)
  ROSTER_UNARY(GetUser)
  ROSTER_UNARY(BatchGetUsers)
  ROSTER_UNARY(ListUsers)
  ROSTER_UNARY(CountUsers)
  ROSTER_UNARY(UpdateUser)
  ROSTER_UNARY(EnableUser)
  ROSTER_UNARY(DisableUser)
  ROSTER_UNARY(DeleteUser)
  ROSTER_UNARY(EraseUser)
  ROSTER_UNARY(RestoreUser)
  ROSTER_UNARY(CreateServiceAccount)
  ROSTER_UNARY(ListServiceAccounts)
  ROSTER_UNARY(DisableServiceAccount)
  ROSTER_UNARY(IssueServiceToken)
  ROSTER_UNARY(RevokeServiceToken)
  ROSTER_UNARY(BindCertificate)
  ROSTER_UNARY(UnbindCertificate)

  services::ImportReactor* ImportUsers(grpc::CallbackServerContext* context) override {
    return services::StartImport(engine_, methods_.at("ImportUsers"), *context, imports_);
  }

 private:
  const Engine& engine_;
  const Methods methods_;
  services::ImportCapacity imports_;
};

}  // namespace
}  // namespace roster::identity::v1

namespace roster::services {

std::unique_ptr<grpc::Service> NewIdentityService(const Engine& engine, Methods methods) {
  return std::make_unique<identity::v1::Service>(engine, std::move(methods));
}

}  // namespace roster::services
