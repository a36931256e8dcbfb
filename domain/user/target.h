// What every command about an existing user begins with.

#ifndef ROSTER_DOMAIN_USER_TARGET_H_
#define ROSTER_DOMAIN_USER_TARGET_H_

#include "absl/status/statusor.h"
#include "domain/role/permission.h"
#include "domain/user/user.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// A user with the account.
struct Target {
  view::v1::AccountRow account;
  view::v1::UserRow user;
};

// Authorizes, finds the user and compares the revision.
// Refuses: PERMISSION_REQUIRED, USER_NOT_FOUND (erased ones too), REVISION_MISMATCH.
absl::StatusOr<Target> FindTarget(const World& world, const UserReference& reference,
                                  const Caller& caller, Permission permission);

// The same for commands that give the user power or status or take it away: nobody does that to a
// user that holds more. Refuses also with ESCALATION {role} (AuthorizeActingOn).
absl::StatusOr<Target> FindTargetWithinAuthority(const World& world, const UserReference& reference,
                                                 const Caller& caller, Permission permission);

// Refuses to edit a deleted user (USER_DELETED), and a disabled one where the policy forbids it
// (USER_DISABLED).
absl::Status CheckEditable(const Target& target);

// Refuses with LAST_ADMINISTRATOR if no administrator would remain once the user has the new
// status.
absl::Status CheckAdministratorsRemainWithout(const World& world, const Target& target,
                                              event::v1::UserStatus status);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_TARGET_H_
