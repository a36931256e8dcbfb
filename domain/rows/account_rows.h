// Rows of accounts.

#ifndef ROSTER_DOMAIN_ROWS_ACCOUNT_ROWS_H_
#define ROSTER_DOMAIN_ROWS_ACCOUNT_ROWS_H_

#include <optional>
#include <string_view>

#include "domain/world/world.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// The row, or nothing when there is none.
std::optional<view::v1::AccountRow> FindAccount(const World& world, std::string_view account_id);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROWS_ACCOUNT_ROWS_H_
