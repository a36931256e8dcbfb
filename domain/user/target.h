// What every command about an existing user begins with.

#ifndef ROSTER_DOMAIN_USER_TARGET_H_
#define ROSTER_DOMAIN_USER_TARGET_H_

#include "absl/status/statusor.h"
#include "domain/role/permission.h"
#include "domain/user/user.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// A user with his account.
struct Target {
  view::v1::AccountRow account;
  view::v1::UserRow user;
};

// Authorizes, finds the user and compares his revision.
// Refuses: PERMISSION_REQUIRED, USER_NOT_FOUND (erased ones too), REVISION_MISMATCH.
absl::StatusOr<Target> FindTarget(const World& world, const UserReference& reference,
                                  const Caller& caller, Permission permission);

// Refuses to edit a user who is deleted (USER_DELETED), or disabled where the policy forbids it
// (USER_DISABLED, R38).
absl::Status CheckEditable(const Target& target);

// Whether the account can do without the user in the new status; LAST_ADMINISTRATOR (R48).
absl::Status CheckAdministratorsRemainWithout(const World& world, const Target& target,
                                              event::v1::UserStatus status);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_TARGET_H_
