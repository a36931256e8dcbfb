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

void Add(EffectivePermissions& holdings, const Role* role) {
  if (role == nullptr) return;
  holdings.roles.push_back(role);
  holdings.permissions |= role->permissions;
}

}  // namespace

EffectivePermissions EffectivePermissionsOf(const view::v1::AccountRow& account,
                                            const view::v1::UserRow& user) {
  EffectivePermissions holdings;
  for (const std::string& id : user.roles()) Add(holdings, FindRole(account.preset(), id));
  Add(holdings, FindUserTypeRole(account.preset(), user.user_type()));
  return holdings;
}

EffectivePermissions EffectivePermissionsOf(const World& world, const Caller& caller,
                                            std::string_view account_id) {
  if (caller.actor_account_id != account_id) return {};
  const auto account = FindAccount(world, account_id);
  if (!account) return {};
  if (caller.actor.kind() == Actor::KIND_USER) {
    const auto user = FindUser(world, account_id, caller.actor.id());
    if (!user || CheckEligibility(*account, *user).has_value()) return {};
    return EffectivePermissionsOf(*account, *user);
  }
  EffectivePermissions holdings;
  if (caller.actor.kind() != Actor::KIND_SERVICE_ACCOUNT) return holdings;
  const auto service = FindServiceAccount(world, account_id, caller.actor.id());
  if (!service || service->disabled()) return holdings;
  for (const std::string& id : service->roles()) Add(holdings, FindRole(account->preset(), id));
  return holdings;
}

absl::Status Authorize(const World& world, const Caller& caller, std::string_view account_id,
                       Permission permission) {
  if (Has(EffectivePermissionsOf(world, caller, account_id).permissions, permission))
    return absl::OkStatus();
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
  if ((role.permissions & AccountPermissions() & ~own.permissions).none()) return absl::OkStatus();
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
  for (const Role* role : EffectivePermissionsOf(account, user).roles) {
    ROSTER_TRY(AuthorizeAssignment(world, caller, account.account_id(), *role));
  }
  return absl::OkStatus();
}

absl::Status AuthorizeOther(const Caller& caller, std::string_view user_id) {
  if (caller.actor.kind() == Actor::KIND_USER && caller.actor.id() == user_id) {
    return Refuse(Reason::kSelfForbidden);
  }
  return absl::OkStatus();
}

}  // namespace roster::domain
