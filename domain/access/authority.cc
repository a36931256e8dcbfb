#include "domain/access/authority.h"

#include <algorithm>

#include "domain/access/check.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/rows/account_rows.h"
#include "domain/rows/service_account_rows.h"
#include "domain/rows/user_rows.h"

namespace roster::domain {
namespace {

using event::v1::Actor;

void Add(EffectivePermissions& effective, const Role* role) {
  if (role == nullptr) return;
  effective.roles.push_back(role);
  effective.permissions.Add(role->permissions);
}

absl::Status AuthorizeAssignments(const World& world, const Caller& caller,
                                  std::string_view account_id, const EffectivePermissions& held) {
  for (const Role* role : held.roles) {
    ROSTER_TRY(AuthorizeAssignment(world, caller, account_id, *role));
  }
  return absl::OkStatus();
}

}  // namespace

EffectivePermissions EffectivePermissionsOf(const World& world, const view::v1::AccountRow& account,
                                            const view::v1::UserRow& user) {
  EffectivePermissions effective{.all = RolesOf(world, account), .roles = {}, .permissions = {}};
  for (const std::string& id : user.roles()) Add(effective, effective.all.Find(id));
  Add(effective, effective.all.FindUserType(user.user_type()));
  return effective;
}

EffectivePermissions EffectivePermissionsOf(const World& world, const view::v1::AccountRow& account,
                                            const view::v1::ServiceAccountRow& service) {
  EffectivePermissions effective{.all = RolesOf(world, account), .roles = {}, .permissions = {}};
  for (const std::string& id : service.roles()) Add(effective, effective.all.Find(id));
  return effective;
}

EffectivePermissions EffectivePermissionsOf(const World& world, const Caller& caller,
                                            const view::v1::AccountRow& account) {
  if (caller.actor_account_id != account.account_id()) return {};
  if (caller.actor.kind() == Actor::KIND_USER) {
    const auto user = FindUser(world, account.account_id(), caller.actor.id());
    if (!user || CheckEligibility(world, account, *user).has_value()) return {};
    return EffectivePermissionsOf(world, account, *user);
  }
  if (caller.actor.kind() != Actor::KIND_SERVICE_ACCOUNT) return {};
  const auto service = FindServiceAccount(world, account.account_id(), caller.actor.id());
  if (!service || service->disabled()) return {};
  return EffectivePermissionsOf(world, account, *service);
}

EffectivePermissions EffectivePermissionsOf(const World& world, const Caller& caller,
                                            std::string_view account_id) {
  if (caller.actor_account_id != account_id) return {};
  const auto account = FindAccount(world, account_id);
  return account ? EffectivePermissionsOf(world, caller, *account) : EffectivePermissions{};
}

absl::Status Authorize(const World& world, const Caller& caller, std::string_view account_id,
                       Permission permission) {
  if (EffectivePermissionsOf(world, caller, account_id).permissions.Has(permission)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kPermissionRequired,
                {{"permission", std::string(PermissionName(permission))}});
}

absl::Status AuthorizeOperator(const Caller& caller) {
  if (caller.actor.kind() == Actor::KIND_OPERATOR) return absl::OkStatus();
  return Refuse(Reason::kPermissionRequired, {{"permission", "operator"}});
}

absl::Status AuthorizePermissionOrOperator(const World& world, const Caller& caller,
                                           std::string_view account_id, Permission permission) {
  if (caller.actor.kind() == Actor::KIND_OPERATOR) return absl::OkStatus();
  return Authorize(world, caller, account_id, permission);
}

absl::Status AuthorizeAssignment(const World& world, const Caller& caller,
                                 std::string_view account_id, const Role& role) {
  if (caller.actor.kind() == Actor::KIND_OPERATOR) return absl::OkStatus();
  const EffectivePermissions own = EffectivePermissionsOf(world, caller, account_id);
  if (own.permissions.ContainsAll(role.permissions.And(AccountPermissions()))) {
    return absl::OkStatus();
  }
  for (const Role* held : own.roles) {
    if (std::find(held->may_assign.begin(), held->may_assign.end(), role.id) !=
        held->may_assign.end()) {
      return absl::OkStatus();
    }
  }
  return Refuse(Reason::kEscalation, {{"role", role.id}});
}

absl::Status AuthorizeActingOn(const World& world, const Caller& caller,
                               const view::v1::AccountRow& account, const view::v1::UserRow& user) {
  return AuthorizeAssignments(world, caller, account.account_id(),
                              EffectivePermissionsOf(world, account, user));
}

absl::Status AuthorizeActingOn(const World& world, const Caller& caller,
                               const view::v1::AccountRow& account,
                               const view::v1::ServiceAccountRow& service) {
  return AuthorizeAssignments(world, caller, account.account_id(),
                              EffectivePermissionsOf(world, account, service));
}

absl::Status AuthorizeOther(const Caller& caller, std::string_view user_id) {
  if (caller.actor.kind() == Actor::KIND_USER && caller.actor.id() == user_id) {
    return Refuse(Reason::kSelfForbidden);
  }
  return absl::OkStatus();
}

}  // namespace roster::domain
