// Putting another role in the place of the one that a user holds.

#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/user/administrators.h"
#include "domain/user/target.h"
#include "domain/user/user.h"

namespace roster::domain {

absl::StatusOr<Events> Decide(const World& world, const ChangeUserRole& command,
                              const Caller& caller) {
  ROSTER_ASSIGN(const auto target, FindTargetWithinAuthority(world, command.user, caller,
                                                             Permission::kUsersChangeRole));
  const auto& [account, user] = target;
  ROSTER_TRY(AuthorizeOther(caller, user.user_id()));
  ROSTER_TRY(CheckEditable(target));
  const auto holding = account.policy().role_holding();
  if (holding == event::v1::ROLE_HOLDING_BY_USER_TYPE) return Refuse(Reason::kRoleByUserType);
  if (holding != event::v1::ROLE_HOLDING_ONE) return Refuse(Reason::kMultipleRoles);
  const Roles roles = RolesOf(world, account);
  const Role* role = roles.FindAssignable(command.role);
  if (role == nullptr) return roles.RefuseAssigning(command.role);
  const std::string from = user.roles().empty() ? "" : user.roles(0);
  if (from == role->id) return Events{};
  ROSTER_TRY(AuthorizeAssignment(world, caller, account.account_id(), *role));
  view::v1::UserRow after = user;
  after.clear_roles();
  after.add_roles(role->id);
  ROSTER_TRY(CheckAdministratorsRemain(world, account, user, after));
  Events events(1);
  auto* changed = events[0].mutable_role_changed();
  changed->set_user_id(user.user_id());
  changed->set_from(from);
  changed->set_to(role->id);
  return events;
}

}  // namespace roster::domain
