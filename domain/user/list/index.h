// The rows by which users are listed by status and role, and the numbers of users: what the fold
// keeps of each user beside the row. Nothing of it is personal.

#ifndef ROSTER_DOMAIN_USER_LIST_INDEX_H_
#define ROSTER_DOMAIN_USER_LIST_INDEX_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/world/overlay.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// Prefixes of the rows in Table::kUserIndex of the users that have a status, or hold a role; the
// empty role stands for users without one. Behind the prefix a key has the id of the user.
std::string StatusPrefix(std::string_view account_id, event::v1::UserStatus status);
std::string RolePrefix(std::string_view account_id, std::string_view role);
// Of all of the account by role, in the order of the ids of roles.
std::string RolesPrefix(std::string_view account_id);

// The keys of a user's rows: one for the status, and one for each role. An erased user has none.
std::vector<std::string> IndexKeys(std::string_view account_id, const view::v1::UserRow& user);

// Keeps rows and counters in step with a change of a user. `before` is an empty row for a new one.
void IndexUser(Overlay& world, const std::string& account_id, const view::v1::UserRow& before,
               const view::v1::UserRow& after);

// How many users of an account have which status, and how many wait for approval.
struct UserCounts {
  uint64_t pending = 0;
  uint64_t active = 0;
  uint64_t disabled = 0;
  uint64_t deleted = 0;
  uint64_t unapproved = 0;  // of the users whose status IsShownUnasked

  // Users that are neither deleted nor erased.
  uint64_t total() const { return pending + active + disabled; }
};
// Reads a few counters, however many users there are.
UserCounts CountUsers(const World& world, const view::v1::AccountRow& account);
// The same over all accounts, without `unapproved`.
UserCounts CountUsersOfAllAccounts(const World& world);

// Whether a list that does not ask for a status shows the users that have it.
bool IsShownUnasked(event::v1::UserStatus status, const event::v1::AccountPolicy& policy);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_LIST_INDEX_H_
