#include "domain/access/authority.h"

#include <algorithm>

#include "domain/access/check.h"
#include "domain/base/refusal.h"
#include "domain/rows/rows.h"

namespace roster::domain {
namespace {

using event::v1::Actor;

void Add(Holdings& holdings, const Role* role) {
  if (role == nullptr) return;
  holdings.roles.push_back(role);
  holdings.permissions |= role->permissions;
}

}  // namespace

Holdings HoldingsOf(const view::v1::AccountRow& account, const view::v1::UserRow& user) {
  Holdings holdings;
  for (const std::string& id : user.roles()) Add(holdings, FindRole(account.preset(), id));
  Add(holdings, FindUserTypeRole(account.preset(), user.user_type()));
  return holdings;
}

Holdings HoldingsOf(const World& world, const Cause& cause, std::string_view account_id) {
  if (cause.actor_account_id != account_id) return {};
  const auto account = FindAccount(world, account_id);
  if (!account) return {};
  if (cause.actor.kind() == Actor::KIND_USER) {
    const auto user = FindUser(world, account_id, cause.actor.id());
    if (!user || CheckStanding(*account, *user).has_value()) return {};
    return HoldingsOf(*account, *user);
  }
  Holdings holdings;
  if (cause.actor.kind() != Actor::KIND_SERVICE_ACCOUNT) return holdings;
  const auto service = FindServiceAccount(world, account_id, cause.actor.id());
  if (!service || service->disabled()) return holdings;
  for (const std::string& id : service->roles()) Add(holdings, FindRole(account->preset(), id));
  return holdings;
}

absl::Status Authorize(const World& world, const Cause& cause, std::string_view account_id,
                       Permission permission) {
  if (Has(HoldingsOf(world, cause, account_id).permissions, permission)) return absl::OkStatus();
  return Refuse(Reason::kPermissionRequired,
                {{"permission", std::string(PermissionName(permission))}});
}

absl::Status AuthorizeOperator(const Cause& cause) {
  if (cause.actor.kind() == Actor::KIND_OPERATOR) return absl::OkStatus();
  return Refuse(Reason::kPermissionRequired, {{"permission", "operator"}});
}

absl::Status AuthorizePermissionOrOperator(const World& world, const Cause& cause,
                                           std::string_view account_id, Permission permission) {
  if (cause.actor.kind() == Actor::KIND_OPERATOR) return absl::OkStatus();
  return Authorize(world, cause, account_id, permission);
}

absl::Status AuthorizeAssignment(const World& world, const Cause& cause,
                                 std::string_view account_id, const Role& role) {
  if (cause.actor.kind() == Actor::KIND_OPERATOR) return absl::OkStatus();
  const Holdings own = HoldingsOf(world, cause, account_id);
  if ((role.permissions & AccountPermissions() & ~own.permissions).none()) return absl::OkStatus();
  for (const Role* held : own.roles) {
    if (std::find(held->may_assign.begin(), held->may_assign.end(), role.id) !=
        held->may_assign.end()) {
      return absl::OkStatus();
    }
  }
  return Refuse(Reason::kEscalation, {{"role", role.id}});
}

absl::Status AuthorizeActingOn(const World& world, const Cause& cause,
                               const view::v1::AccountRow& account, const view::v1::UserRow& user) {
  for (const Role* role : HoldingsOf(account, user).roles) {
    absl::Status refusal = AuthorizeAssignment(world, cause, account.account_id(), *role);
    if (!refusal.ok()) return refusal;
  }
  return absl::OkStatus();
}

absl::Status AuthorizeOther(const Cause& cause, std::string_view user_id) {
  if (cause.actor.kind() == Actor::KIND_USER && cause.actor.id() == user_id) {
    return Refuse(Reason::kSelfForbidden);
  }
  return absl::OkStatus();
}

}  // namespace roster::domain
