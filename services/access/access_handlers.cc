// AccessService.

#include <algorithm>
#include <string>

#include "domain/access/authority.h"
#include "domain/access/check.h"
#include "domain/base/refusal.h"
#include "domain/rows/account_rows.h"
#include "domain/rows/codec.h"
#include "domain/rows/user_rows.h"
#include "domain/user/user.h"
#include "roster/access/v1/check.pb.h"
#include "roster/access/v1/role.pb.h"
#include "services/access/handlers.h"
#include "services/identity/messages.h"

namespace roster::services {
namespace {

using domain::Reason;
using domain::Refuse;

absl::Status ListRoles(const QueryContext& query, const access::v1::ListRolesRequest& request,
                       access::v1::ListRolesResponse& response) {
  const auto account = domain::FindAccount(query.world, request.account_id());
  if (!account) return Refuse(Reason::kAccountNotFound);
  const domain::Roles roles = domain::RolesOf(query.world, *account);
  for (const domain::Role& role : roles) {
    if (roles.IsUsable(role)) *response.add_roles() = ToRole(role);
  }
  response.set_position(query.world.position());
  return absl::OkStatus();
}

absl::StatusOr<PreparedCommand> ChangeUserRole(const CommandContext& /*context*/,
                                               const access::v1::ChangeUserRoleRequest& request,
                                               access::v1::ChangeUserRoleResponse& response) {
  const domain::ChangeUserRole command{.user = {.account_id = request.account_id(),
                                                .user_id = request.user_id(),
                                                .expected_revision = request.expected_revision()},
                                       .role = request.role()};
  return Prepare(command, response, [&response, user = command.user](const domain::World& w) {
    FillUser(w, user.account_id, *FindUser(w, user.account_id, user.user_id),
             *response.mutable_user());
  });
}

absl::Status Check(const QueryContext& query, const access::v1::CheckRequest& request,
                   access::v1::CheckResponse& response) {
  // Admission has read the account of every caller but the user that the check is about.
  const auto found = query.account == nullptr
                         ? domain::FindAccount(query.world, request.account_id())
                         : std::nullopt;
  const view::v1::AccountRow* account = found ? &*found : query.account;
  if (account == nullptr) return Refuse(Reason::kAccountNotFound);
  const auto permission =
      domain::RolesOf(query.world, *account).FindPermission(request.permission());
  if (!permission)
    return Refuse(Reason::kUnknownPermission, {{"permission", request.permission()}});
  *response.mutable_result() =
      ToCheckResult(domain::Check(query.world, *account, request.user_id(), *permission));
  response.set_position(query.world.position());
  *response.mutable_evaluated_at() = domain::ToTimestamp(query.caller.at);
  return absl::OkStatus();
}

absl::Status BatchCheck(const QueryContext& query, const access::v1::BatchCheckRequest& request,
                        access::v1::BatchCheckResponse& response) {
  const auto account = domain::FindAccount(query.world, request.account_id());
  if (!account) return Refuse(Reason::kAccountNotFound);
  const domain::Roles roles = domain::RolesOf(query.world, *account);
  for (const access::v1::CheckItem& item : request.items()) {
    access::v1::CheckResult& result = *response.add_results();
    const auto permission = roles.FindPermission(item.permission());
    if (permission) {
      result = ToCheckResult(domain::Check(query.world, *account, item.user_id(), *permission));
    } else {
      result.set_decision(access::v1::DECISION_DENY);
      result.set_reason(access::v1::CHECK_REASON_UNKNOWN_PERMISSION);
    }
  }
  response.set_position(query.world.position());
  *response.mutable_evaluated_at() = domain::ToTimestamp(query.caller.at);
  return absl::OkStatus();
}

absl::Status GetCallerCapabilities(const QueryContext& query,
                                   const access::v1::GetCallerCapabilitiesRequest& /*request*/,
                                   access::v1::GetCallerCapabilitiesResponse& response) {
  const domain::Caller& caller = query.caller;
  const std::string& account_id = caller.actor_account_id;
  response.set_account_id(account_id);
  response.set_operator_(caller.actor.kind() == event::v1::Actor::KIND_OPERATOR);
  if (caller.actor.kind() == event::v1::Actor::KIND_SERVICE_ACCOUNT) {
    response.set_service_account_id(caller.actor.id());
  }
  response.set_position(query.world.position());
  const auto account = domain::FindAccount(query.world, account_id);
  if (!account) return absl::OkStatus();
  const domain::EffectivePermissions held =
      domain::EffectivePermissionsOf(query.world, caller, *account);
  for (const domain::Role* role : held.roles) response.add_roles(role->id);
  const domain::PermissionSet shown = held.permissions.And(domain::UsablePermissions());
  shown.ForEach([&](domain::Permission permission) {
    response.add_permissions(std::string(domain::PermissionName(permission)));
  });
  const bool assigns = held.permissions.Has(domain::Permission::kUsersCreate) ||
                       held.permissions.Has(domain::Permission::kUsersChangeRole);
  for (const domain::Role& role : held.all) {
    if (assigns && held.all.FindAssignable(role.id) != nullptr &&
        domain::AuthorizeAssignment(query.world, caller, account_id, role).ok()) {
      response.add_assignable_roles(role.id);
    }
  }
  return absl::OkStatus();
}

}  // namespace

Handlers AccessHandlers() {
  return {{"ListRoles", Quick(OfQuery(ListRoles))},
          {"ChangeUserRole", OfCommand(ChangeUserRole)},
          {"Check", Quick(OfQuery(Check))},
          {"BatchCheck", OfQuery(BatchCheck)},
          {"GetCallerCapabilities", Quick(OfQuery(GetCallerCapabilities))}};
}

}  // namespace roster::services
