// Users: commands and their decisions.
//
// Every decision authorizes first, so that callers learn nothing of what they may not see; then it
// finds the user and compares the revision; then the rules refuse in the order of the requirements.

#ifndef ROSTER_DOMAIN_USER_USER_H_
#define ROSTER_DOMAIN_USER_USER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/base/command.h"
#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {

// Creates a user. Texts are trimmed.
struct CreateUser {
  std::string account_id;
  std::string user_id;
  event::v1::PersonalData personal;
  event::v1::AuthMethod auth_method = event::v1::AUTH_METHOD_UNSPECIFIED;
  event::v1::UserType user_type = event::v1::USER_TYPE_UNSPECIFIED;
  std::vector<std::string> roles;
};

// The user that a command is about, and the revision that the caller has seen (0: any).
struct UserReference {
  std::string account_id;
  std::string user_id;
  uint64_t expected_revision = 0;
};

// Changes the named fields of a user's personal data.
struct UpdateUser {
  UserReference user;
  std::vector<std::string> fields;
  event::v1::PersonalData values;
};

struct EnableUser {
  UserReference user;
};
struct DisableUser {
  UserReference user;
};
struct DeleteUser {
  UserReference user;
};
struct RestoreUser {
  UserReference user;
};

// Approves a user, and takes the approval back.
struct ApproveUser {
  UserReference user;
};
struct RevokeApproval {
  UserReference user;
};

// Forgets a user for good. The revision that the caller has seen is required.
struct EraseUser {
  UserReference user;
};

// Puts another role in the place of the one that the user holds.
struct ChangeUserRole {
  UserReference user;
  std::string role;
};

// Refuses: PERMISSION_REQUIRED, INVALID_FIELDS, ROLE_BY_USER_TYPE, LIMIT_EXCEEDED, MULTIPLE_ROLES,
// ROLE_NOT_FOUND, ROLE_REQUIRED, ESCALATION, EMAIL_TAKEN, USERNAME_TAKEN, CONFUSABLE,
// BELONGS_TO_DELETED_USER.
absl::StatusOr<Events> Decide(const World& world, const CreateUser& command, const Caller& caller);

// All below refuse: PERMISSION_REQUIRED, USER_NOT_FOUND, REVISION_MISMATCH; and:
// USER_DELETED, USER_DISABLED, IMMUTABLE_FIELD, INVALID_FIELDS; for a new email also ESCALATION,
// EMAIL_TAKEN, CONFUSABLE, BELONGS_TO_DELETED_USER. The values that the user has: no events.
absl::StatusOr<Events> Decide(const World& world, const UpdateUser& command, const Caller& caller);

// Those below refuse also a user that holds more than the caller may assign: ESCALATION; and:
// USER_DELETED. Of a user that is not disabled: no events.
absl::StatusOr<Events> Decide(const World& world, const EnableUser& command, const Caller& caller);
// SELF_FORBIDDEN, USER_DELETED, LAST_ADMINISTRATOR. Of a disabled user: no events.
absl::StatusOr<Events> Decide(const World& world, const DisableUser& command, const Caller& caller);
// SELF_FORBIDDEN, USER_DELETED, DELETION_DISABLED, USER_NOT_PENDING, SSO_USER, LAST_ADMINISTRATOR.
// Where the policy has no restore window the user is erased in the same commit, and the caller
// needs users.erase too.
absl::StatusOr<Events> Decide(const World& world, const DeleteUser& command, const Caller& caller);
// USER_NOT_DELETED, RESTORE_WINDOW_EXPIRED.
absl::StatusOr<Events> Decide(const World& world, const RestoreUser& command, const Caller& caller);
// SELF_FORBIDDEN, USER_DELETED. Of an approved user: no events.
absl::StatusOr<Events> Decide(const World& world, const ApproveUser& command, const Caller& caller);
// SELF_FORBIDDEN, USER_DELETED, LAST_ADMINISTRATOR. Of a user without approval: no events.
absl::StatusOr<Events> Decide(const World& world, const RevokeApproval& command,
                              const Caller& caller);
// INVALID_FIELDS (no revision), SELF_FORBIDDEN, LAST_ADMINISTRATOR.
absl::StatusOr<Events> Decide(const World& world, const EraseUser& command, const Caller& caller);
// SELF_FORBIDDEN, USER_DELETED, USER_DISABLED, ROLE_BY_USER_TYPE, MULTIPLE_ROLES, ROLE_NOT_FOUND,
// ESCALATION, LAST_ADMINISTRATOR. The role that the user holds already: no events.
absl::StatusOr<Events> Decide(const World& world, const ChangeUserRole& command,
                              const Caller& caller);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_USER_H_
