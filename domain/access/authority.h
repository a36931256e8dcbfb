// What a caller holds, and the rules that every decision begins with.

#ifndef ROSTER_DOMAIN_ACCESS_AUTHORITY_H_
#define ROSTER_DOMAIN_ACCESS_AUTHORITY_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "domain/base/command.h"
#include "domain/role/permission.h"
#include "domain/role/roles.h"
#include "domain/world/world.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// The roles in force of a subject, and the permissions that follow from them.
struct EffectivePermissions {
  Roles all;                       // of the account
  std::vector<const Role*> roles;  // of `all`
  PermissionSet permissions;
};

// The roles that a user holds by grant or user type, whatever the status of the user.
EffectivePermissions EffectivePermissionsOf(const World& world, const view::v1::AccountRow& account,
                                            const view::v1::UserRow& user);

// The roles that a service account holds, disabled or not.
EffectivePermissions EffectivePermissionsOf(const World& world, const view::v1::AccountRow& account,
                                            const view::v1::ServiceAccountRow& service);

// What the actor holds in the account now. Nothing for the operator, for an actor of another
// account, for one that is not there, for a disabled service account, and for a user that
// CheckEligibility (check.h) refuses.
EffectivePermissions EffectivePermissionsOf(const World& world, const Caller& caller,
                                            std::string_view account_id);
EffectivePermissions EffectivePermissionsOf(const World& world, const Caller& caller,
                                            const view::v1::AccountRow& account);

// Refuses with PERMISSION_REQUIRED {permission} unless the actor holds it in the account. Says
// nothing of whether the account exists.
absl::Status Authorize(const World& world, const Caller& caller, std::string_view account_id,
                       Permission permission);

// Refuses with PERMISSION_REQUIRED unless the actor is the operator of the installation.
absl::Status AuthorizeOperator(const Caller& caller);

// Refuses with PERMISSION_REQUIRED {permission} unless the actor is the operator or holds it.
absl::Status AuthorizePermissionOrOperator(const World& world, const Caller& caller,
                                           std::string_view account_id, Permission permission);

// Refuses with ESCALATION {role} unless the actor may hand out the role. The operator may. Others
// need all account-level permissions of the role, or hold a role whose may_assign names it.
absl::Status AuthorizeAssignment(const World& world, const Caller& caller,
                                 std::string_view account_id, const Role& role);

// Refuses with ESCALATION {role} unless the actor may hand out every role of the user, that of the
// user type included, or of the service account. Guards what would let the actor act as them, and
// what gives them power or status or takes it away.
absl::Status AuthorizeActingOn(const World& world, const Caller& caller,
                               const view::v1::AccountRow& account, const view::v1::UserRow& user);
absl::Status AuthorizeActingOn(const World& world, const Caller& caller,
                               const view::v1::AccountRow& account,
                               const view::v1::ServiceAccountRow& service);

// Refuses with SELF_FORBIDDEN when the actor is that user.
absl::Status AuthorizeOther(const Caller& caller, std::string_view user_id);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ACCESS_AUTHORITY_H_
