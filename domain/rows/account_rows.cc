#include "domain/rows/account_rows.h"

#include "domain/rows/codec.h"

namespace roster::domain {

std::optional<view::v1::AccountRow> FindAccount(const World& world, std::string_view account_id) {
  return FindRow<view::v1::AccountRow>(world, Table::kAccounts, account_id);
}

}  // namespace roster::domain
