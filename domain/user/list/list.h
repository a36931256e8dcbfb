// Lists of users: which users are in one, in which order, and which rows lead there.
//
// A list is read from the rows that have its order, and each user that they lead to is shown if the
// filter accepts it. Where the filter requires it, only a part of the rows is read:
//
//   order_by            rows                                   of which only, if required
//   full_name           search, by sort key                    -
//   email               search, by email                       email = "ann*"
//   status              user_index, by status                  that status
//   role                user_index, by role                    -
//   create_time,        users; or user_index, which has        that role, else that status
//   last_active_time    each role and status in this order
//   none                as create_time; but where a text is required of which the beginning is
//                       known (a search; an email, user name or name), the rows of search that
//                       begin with it
//
// So a page of a sorted list goes straight to its first row. All other conditions are asked of each
// user, and a page looks at no more than kMaxRowsOfPage rows (domain/list/page.h).

#ifndef ROSTER_DOMAIN_USER_LIST_LIST_H_
#define ROSTER_DOMAIN_USER_LIST_LIST_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/list/filter.h"
#include "domain/role/roles.h"
#include "domain/user/list/user_fields.h"
#include "domain/world/world.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// Parses a filter of the account's users, in which a role stands by its id or display name. Refuses
// INVALID_FIELDS: `filter`. The filter is independent of the account from then on.
absl::StatusOr<Filter> ParseUserFilter(const Roles& roles, std::string_view text);

// What users are sorted by; equal ones by creation. The order of kSortFields in list.cc.
enum class SortField { kCreateTime, kLastActiveTime, kFullName, kEmail, kStatus, kRole };

struct SortOrder {
  std::optional<SortField> field;  // nothing: whatever is found first
  Direction direction = Direction::kAscending;
};

// Parses `field` or `field desc`; empty text is no order. Refuses INVALID_FIELDS: `order_by`.
absl::StatusOr<SortOrder> ParseUserOrder(std::string_view order_by);

// A list of users: the rows to read, in its order, and which user each shows. Thread-compatible;
// account and filter outlive it.
class UserList {
 public:
  UserList(const view::v1::AccountRow& account, const Filter& filter, const SortOrder& order);

  const RowRanges& rows() const { return rows_; }

  // The user that one of these rows leads to; nothing where the list does not show the user, or
  // shows it at another of its rows.
  std::optional<UserCandidate> UserAt(const World& world, std::string_view key,
                                      std::string_view value) const;

 private:
  RowRanges RowsOf(const SortOrder& order);
  RowRanges ByCreation() const;
  RowRanges ByStatus(Direction direction) const;
  std::optional<RowRanges> ByText();
  const Comparison* Required(std::string_view field) const;

  bool IsShown(event::v1::UserStatus status) const;
  // Whether this is the first, in the order of bytes, of the user's rows in the ranges.
  bool IsFirst(std::string_view key, const UserCandidate& user) const;

  const view::v1::AccountRow& account_;
  const Filter& filter_;
  const bool any_status_;  // the filter says which
  const std::vector<const Comparison*> required_;
  bool repeats_ = false;  // several rows may lead to one user
  RowRanges rows_;
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_LIST_LIST_H_
