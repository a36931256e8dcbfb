#include "domain/user/list/list.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "domain/list/order.h"
#include "domain/list/plan.h"
#include "domain/rows/codec.h"
#include "domain/rows/user_rows.h"
#include "domain/text/name.h"
#include "domain/user/list/index.h"
#include "domain/user/list/search.h"

namespace roster::domain {
namespace {

using event::v1::UserStatus;

// In the order of SortField.
const std::vector<std::string_view> kSortFields = {"create_time", "last_active_time", "full_name",
                                                   "email",       "status",           "role"};

// In the order of their numbers, which is that of a user's life.
constexpr UserStatus kStatuses[] = {event::v1::USER_STATUS_PENDING, event::v1::USER_STATUS_ACTIVE,
                                    event::v1::USER_STATUS_DISABLED,
                                    event::v1::USER_STATUS_DELETED};

// The user's row, by one of the rows that lead to it.
std::optional<view::v1::UserRow> UserOf(const World& world, const std::string& account_id,
                                        Table table, std::string_view key, std::string_view value) {
  if (table == Table::kSearch) return FindUser(world, account_id, value);
  if (table == Table::kUserIndex) {
    return FindUser(world, account_id, key.substr(key.rfind('/') + 1));
  }
  view::v1::UserRow row;
  Decode(value, row);
  return row;
}

// What the keys of all emails begin with that the comparison accepts. Their domains stand there as
// in the DNS, a beginning of one as people read it.
std::string BeginningOfKey(const Comparison& email) {
  const size_t at = email.text.find('@');
  return email.begins && at != email.text.npos ? email.text.substr(0, at + 1) : email.text;
}

}  // namespace

absl::StatusOr<Filter> ParseUserFilter(const Roles& roles, std::string_view text) {
  const auto find_role = [&](const Field& /*role*/,
                             const std::string& name) -> absl::StatusOr<std::string> {
    if (const Role* role = roles.FindByName(name)) return role->id;
    std::string known;
    for (const Role& role : roles) known.append(known.empty() ? "" : ", ").append(role.id);
    return absl::InvalidArgumentError(
        absl::StrCat("the account has no such role; there are ", known));
  };
  return Filter::Parse(UserFields(), text, find_role);
}

absl::StatusOr<SortOrder> ParseUserOrder(std::string_view order_by) {
  ROSTER_ASSIGN(const Order order, ParseOrder(kSortFields, order_by));
  SortOrder sort{.field = std::nullopt, .direction = order.direction};
  if (order.field) sort.field = static_cast<SortField>(*order.field);
  return sort;
}

UserList::UserList(const view::v1::AccountRow& account, const Filter& filter,
                   const SortOrder& order)
    : account_(account),
      filter_(filter),
      any_status_(filter.Names("status")),
      required_(filter.Required()),
      rows_(RowsOf(order)) {}

RowRanges UserList::RowsOf(const SortOrder& order) {
  const std::string& account_id = account_.account_id();
  RowRanges rows{.table = Table::kSearch, .prefixes = {}, .direction = order.direction};
  if (!order.field) {
    if (auto by_text = ByText()) return *std::move(by_text);
    return ByCreation();
  }
  switch (*order.field) {
    case SortField::kCreateTime:
    case SortField::kLastActiveTime:
      rows = ByCreation();
      rows.direction = order.direction;
      return rows;
    case SortField::kFullName:
      rows.prefixes = {NamePrefix(account_id)};
      return rows;
    case SortField::kEmail: {
      const Comparison* email = Required("email");
      rows.prefixes = {EmailPrefix(account_id, email == nullptr ? "" : BeginningOfKey(*email))};
      return rows;
    }
    case SortField::kStatus:
      return ByStatus(order.direction);
    case SortField::kRole:
      // All of them, even where one role is required: a user with several stands at the first.
      repeats_ = true;
      rows.table = Table::kUserIndex;
      rows.prefixes = {RolesPrefix(account_id)};
      return rows;
  }
  return rows;
}

RowRanges UserList::ByCreation() const {
  const std::string& account_id = account_.account_id();
  if (const Comparison* role = Required("role")) {
    return {Table::kUserIndex, {RolePrefix(account_id, role->text)}};
  }
  if (const Comparison* status = Required("status")) {
    return {Table::kUserIndex, {StatusPrefix(account_id, static_cast<UserStatus>(status->number))}};
  }
  return {Table::kUsers, {AccountPrefix(account_id)}};
}

RowRanges UserList::ByStatus(Direction direction) const {
  RowRanges rows{Table::kUserIndex, {}, direction};
  const Comparison* wanted = Required("status");
  for (const UserStatus status : kStatuses) {
    if (!IsShown(status) || (wanted != nullptr && wanted->number != status)) continue;
    rows.prefixes.push_back(StatusPrefix(account_.account_id(), status));
  }
  if (direction == Direction::kDescending) std::reverse(rows.prefixes.begin(), rows.prefixes.end());
  return rows;
}

std::optional<RowRanges> UserList::ByText() {
  const std::string& account_id = account_.account_id();
  for (const Comparison* comparison : required_) {
    const std::string_view field = comparison->name();
    RowRanges rows{Table::kSearch, {}};
    if (comparison->search != nullptr) {
      rows.prefixes = {EmailPrefix(account_id, comparison->texts[kEmailForm]),
                       UserNamePrefix(account_id, comparison->texts[kWordForm]),
                       WordsPrefix(account_id, comparison->texts[kWordForm])};
    } else if (comparison->op != Operator::kEqual || comparison->text.empty()) {
      continue;
    } else if (field == "email") {
      rows.prefixes = {EmailPrefix(account_id, BeginningOfKey(*comparison))};
    } else if (field == "user_name") {
      rows.prefixes = {UserNamePrefix(account_id, comparison->text)};
      // Where it is searched for, it has a row in that form unless that is the same.
      if (comparison->begins) rows.prefixes.push_back(WordsPrefix(account_id, comparison->text));
    } else if (field == "full_name" || field == "given_name" || field == "family_name") {
      rows.prefixes = {WordsPrefix(account_id, SearchForm(comparison->text))};
    } else {
      continue;
    }
    repeats_ = field != "email" && (field != "user_name" || comparison->begins);
    return rows;
  }
  return std::nullopt;
}

const Comparison* UserList::Required(std::string_view field) const {
  return FindRequired(required_, field);
}

bool UserList::IsShown(UserStatus status) const {
  if (status == event::v1::USER_STATUS_ERASED) return false;
  return any_status_ || IsShownUnasked(status, account_.policy());
}

bool UserList::IsFirst(std::string_view key, const UserCandidate& user) const {
  std::vector<std::string> keys;
  if (rows_.table == Table::kUserIndex) {
    keys = IndexKeys(account_.account_id(), user.row());
  } else if (user.personal() != nullptr) {
    keys = KeysByText(account_.account_id(), user.row().user_id(), *user.personal());
  }
  return IsFirstKey(rows_, key, keys);
}

std::optional<UserCandidate> UserList::UserAt(const World& world, std::string_view key,
                                              std::string_view value) const {
  auto row = UserOf(world, account_.account_id(), rows_.table, key, value);
  if (!row || !IsShown(row->status())) return std::nullopt;
  UserCandidate user(world, account_.account_id(), *std::move(row));
  if (!filter_.Matches(user) || (repeats_ && !IsFirst(key, user))) return std::nullopt;
  // Erased since: the text of the row is forgotten, whether or not the row is gone yet.
  if (rows_.table == Table::kSearch && user.personal() == nullptr) return std::nullopt;
  return user;
}

}  // namespace roster::domain
