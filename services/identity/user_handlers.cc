// IdentityService: what changes users.

#include <string>

#include "domain/rows/user_rows.h"
#include "domain/user/user.h"
#include "roster/identity/v1/user.pb.h"
#include "services/identity/handlers.h"
#include "services/identity/messages.h"

namespace roster::services {
namespace {

template <typename Request>
domain::UserReference Reference(const Request& request) {
  return {.account_id = request.account_id(),
          .user_id = request.user_id(),
          .expected_revision = request.expected_revision()};
}

// The change of a command about one user, answered with that user.
template <typename Command, typename Response>
PreparedCommand ChangeUser(Command command, Response& response, std::string account_id,
                           std::string user_id) {
  return Prepare(std::move(command), response,
                 [&response, account_id = std::move(account_id),
                  user_id = std::move(user_id)](const domain::World& world) {
                   FillUser(world, account_id, *FindUser(world, account_id, user_id),
                            *response.mutable_user());
                 });
}

// A command about a user, with nothing else.
template <typename Command, typename Request, typename Response>
absl::StatusOr<PreparedCommand> OfReference(const CommandContext& /*context*/,
                                            const Request& request, Response& response) {
  return ChangeUser(Command{Reference(request)}, response, request.account_id(), request.user_id());
}

absl::StatusOr<PreparedCommand> CreateUser(const CommandContext& context,
                                           const identity::v1::CreateUserRequest& request,
                                           identity::v1::CreateUserResponse& response) {
  const domain::CreateUser command{.account_id = request.account_id(),
                                   .user_id = context.ids.Next(),
                                   .personal = ParseProfile(request.profile()),
                                   .auth_method = request.auth_method(),
                                   .user_type = request.user_type(),
                                   .roles = {request.roles().begin(), request.roles().end()}};
  return ChangeUser(command, response, command.account_id, command.user_id);
}

absl::StatusOr<PreparedCommand> UpdateUser(const CommandContext& /*context*/,
                                           const identity::v1::UpdateUserRequest& request,
                                           identity::v1::UpdateUserResponse& response) {
  const auto& paths = request.update_mask().paths();
  const domain::UpdateUser command{.user = Reference(request),
                                   .fields = {paths.begin(), paths.end()},
                                   .values = ParseProfile(request.profile())};
  return ChangeUser(command, response, request.account_id(), request.user_id());
}

}  // namespace

Handlers UserHandlers() {
  using namespace identity::v1;  // NOLINT: the requests and responses of the table below
  return {
      {"CreateUser", OfCommand(CreateUser)},
      {"UpdateUser", OfCommand(UpdateUser)},
      {"EnableUser",
       OfCommand(OfReference<domain::EnableUser, EnableUserRequest, EnableUserResponse>)},
      {"DisableUser",
       OfCommand(OfReference<domain::DisableUser, DisableUserRequest, DisableUserResponse>)},
      {"ApproveUser",
       OfCommand(OfReference<domain::ApproveUser, ApproveUserRequest, ApproveUserResponse>)},
      {"RevokeApproval",
       OfCommand(
           OfReference<domain::RevokeApproval, RevokeApprovalRequest, RevokeApprovalResponse>)},
      {"DeleteUser",
       OfCommand(OfReference<domain::DeleteUser, DeleteUserRequest, DeleteUserResponse>)},
      {"EraseUser", OfCommand(OfReference<domain::EraseUser, EraseUserRequest, EraseUserResponse>)},
      {"RestoreUser",
       OfCommand(OfReference<domain::RestoreUser, RestoreUserRequest, RestoreUserResponse>)},
  };
}

}  // namespace roster::services
