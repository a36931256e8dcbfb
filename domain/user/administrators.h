// The last administrator stays: how many users may manage the account, and its access.

#ifndef ROSTER_DOMAIN_USER_ADMINISTRATORS_H_
#define ROSTER_DOMAIN_USER_ADMINISTRATORS_H_

#include "absl/status/status.h"
#include "domain/world/overlay.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// Refuses with LAST_ADMINISTRATOR {permission} when the change would leave the account without a
// pending or active, approved user with account.manage, or access.manage.
absl::Status CheckAdministratorsRemain(const World& world, const view::v1::AccountRow& account,
                                       const view::v1::UserRow& before,
                                       const view::v1::UserRow& after);

// Keeps the counters of the account in step with a change of one of its users. `before` is an empty
// row for a new user.
void CountAdministrators(Overlay& world, const view::v1::AccountRow& account,
                         const view::v1::UserRow& before, const view::v1::UserRow& after);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_ADMINISTRATORS_H_
