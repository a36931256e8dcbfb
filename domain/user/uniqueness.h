// Emails and user names belong to one user of an account, deleted ones included until they are
// erased, and with them all that look like them. Both are names to sign in with, so that the email
// of one user is no user name of another.

#ifndef ROSTER_DOMAIN_USER_UNIQUENESS_H_
#define ROSTER_DOMAIN_USER_UNIQUENESS_H_

#include <string_view>

#include "absl/status/status.h"
#include "domain/world/world.h"

namespace roster::domain {

// EMAIL_TAKEN {user_id}, CONFUSABLE {user_id}, or BELONGS_TO_DELETED_USER {user_id,
// restorable_until}. What belongs to the user `self` is free to that user.
absl::Status CheckEmailFree(const World& world, std::string_view account_id, std::string_view email,
                            std::string_view self = "");

// USERNAME_TAKEN {user_id}, CONFUSABLE {user_id}, or BELONGS_TO_DELETED_USER {user_id,
// restorable_until}.
absl::Status CheckUserNameFree(const World& world, std::string_view account_id,
                               std::string_view user_name, std::string_view self = "");

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_UNIQUENESS_H_
