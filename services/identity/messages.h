// Rows of the views as messages of the API, and requests as domain values.

#ifndef ROSTER_SERVICES_IDENTITY_MESSAGES_H_
#define ROSTER_SERVICES_IDENTITY_MESSAGES_H_

#include <string_view>

#include "domain/access/check.h"
#include "domain/role/catalogue.h"
#include "roster/access/v1/check.pb.h"
#include "roster/access/v1/role.pb.h"
#include "roster/identity/v1/account.pb.h"
#include "roster/identity/v1/service_account.pb.h"
#include "roster/identity/v1/user.pb.h"
#include "roster/view/v1/row.pb.h"

namespace roster::services {

// The personal data that a person entered, trimmed; a full name is made up of the others where it
// is empty.
event::v1::PersonalData ParseProfile(const identity::v1::UserProfile& profile);

identity::v1::Account ToAccount(const view::v1::AccountRow& row);
// Fills an empty user of an answer, where it is: a move into an answer on an arena would be a copy.
// `personal`: the personal data of the user; null leaves it out.
void FillUser(std::string_view account_id, const view::v1::UserRow& row,
              const event::v1::PersonalData* personal, identity::v1::User& user);
// Opens the personal data.
void FillUser(const domain::World& world, std::string_view account_id, const view::v1::UserRow& row,
              identity::v1::User& user);
identity::v1::ServiceAccount ToServiceAccount(std::string_view account_id,
                                              const view::v1::ServiceAccountRow& row);
access::v1::Role ToRole(const domain::Role& role);
access::v1::CheckResult ToCheckResult(const domain::CheckResult& result);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IDENTITY_MESSAGES_H_
