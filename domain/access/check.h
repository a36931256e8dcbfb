// Check: may this user do that, and why. Account level so far: no resources, sessions or groups
// yet.

#ifndef ROSTER_DOMAIN_ACCESS_CHECK_H_
#define ROSTER_DOMAIN_ACCESS_CHECK_H_

#include <optional>
#include <string>
#include <string_view>

#include "domain/role/permission.h"
#include "domain/world/world.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// Why a check was decided as it was. The API has the same names, and UNKNOWN_PERMISSION, which
// BatchCheck answers where the account does not know the permission.
enum class CheckReason {
  kRole,             // ALLOW: held by a role of the user
  kUserType,         // ALLOW: comes with the user type
  kUserNotFound,     // DENY: unknown or erased
  kUserDeleted,      // DENY
  kUserDisabled,     // DENY: disabled by hand
  kUserBlocked,      // DENY: disabled by the inactivity rule
  kApprovalPending,  // DENY: the account requires approval and the user has none
  kNoRole,           // DENY: the account requires a role and the user has none
  kNoGrant,          // DENY: nothing gives the user the permission
};

// A decision with what it follows from.
struct CheckResult {
  bool allowed = false;
  CheckReason reason = CheckReason::kNoGrant;
  std::string role;                // the role that gives the permission, when allowed
  Position deciding_position = 0;  // commit that made it so; 0 where no commit did
};

// What keeps a user from everything, whatever is asked: deleted, erased or disabled, not approved,
// or without a role where one is required. Nothing for a user in good standing.
std::optional<CheckResult> CheckEligibility(const World& world, const view::v1::AccountRow& account,
                                            const view::v1::UserRow& user);

// Decides whether the user may do what the permission is for, in the account itself.
CheckResult Check(const World& world, const view::v1::AccountRow& account, std::string_view user_id,
                  Permission permission);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ACCESS_CHECK_H_
