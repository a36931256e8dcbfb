#include "domain/user/list/index.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "domain/rows/codec.h"
#include "domain/rows/counter.h"

namespace roster::domain {
namespace {

using event::v1::UserStatus;
using view::v1::UserRow;

// The account of the counters over all of them.
constexpr char kEveryAccount[] = "";

constexpr UserStatus kCounted[] = {event::v1::USER_STATUS_PENDING, event::v1::USER_STATUS_ACTIVE,
                                   event::v1::USER_STATUS_DISABLED, event::v1::USER_STATUS_DELETED};

bool IsCounted(UserStatus status) {
  return std::find(std::begin(kCounted), std::end(kCounted), status) != std::end(kCounted);
}

std::string CounterOf(UserStatus status) { return absl::StrCat("users/", status); }
std::string UnapprovedCounterOf(UserStatus status) { return absl::StrCat("unapproved/", status); }

void CountUser(Overlay& world, const std::string& account_id, const UserRow& user, int difference) {
  if (!IsCounted(user.status())) return;
  AddToCounter(world, account_id, CounterOf(user.status()), difference);
  AddToCounter(world, kEveryAccount, CounterOf(user.status()), difference);
  if (user.approved()) return;
  AddToCounter(world, account_id, UnapprovedCounterOf(user.status()), difference);
}

UserCounts CountByStatus(const World& world, std::string_view account_id) {
  const auto count = [&](UserStatus status) {
    return Counter(world, account_id, CounterOf(status));
  };
  return {.pending = count(event::v1::USER_STATUS_PENDING),
          .active = count(event::v1::USER_STATUS_ACTIVE),
          .disabled = count(event::v1::USER_STATUS_DISABLED),
          .deleted = count(event::v1::USER_STATUS_DELETED)};
}

bool Contains(const std::vector<std::string>& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

std::string StatusPrefix(std::string_view account_id, UserStatus status) {
  return RowKey(account_id, absl::StrCat("s/", status, "/"));
}

std::string RolesPrefix(std::string_view account_id) { return RowKey(account_id, "r/"); }

std::string RolePrefix(std::string_view account_id, std::string_view role) {
  return RolesPrefix(account_id).append(role).append("/");
}

std::vector<std::string> IndexKeys(std::string_view account_id, const UserRow& user) {
  if (!IsCounted(user.status())) return {};
  std::vector<std::string> keys = {StatusPrefix(account_id, user.status()) + user.user_id()};
  for (const std::string& role : user.roles()) {
    std::string key = RolePrefix(account_id, role) + user.user_id();
    if (!Contains(keys, key)) keys.push_back(std::move(key));
  }
  if (user.roles().empty()) keys.push_back(RolePrefix(account_id, "") + user.user_id());
  return keys;
}

void IndexUser(Overlay& world, const std::string& account_id, const UserRow& before,
               const UserRow& after) {
  const std::vector<std::string> had = IndexKeys(account_id, before);
  const std::vector<std::string> has = IndexKeys(account_id, after);
  for (const std::string& key : had) {
    if (!Contains(has, key)) world.Delete(Table::kUserIndex, key);
  }
  for (const std::string& key : has) {
    if (!Contains(had, key)) world.Insert(Table::kUserIndex, key, "");
  }
  CountUser(world, account_id, before, -1);
  CountUser(world, account_id, after, 1);
}

UserCounts CountUsers(const World& world, const view::v1::AccountRow& account) {
  UserCounts counts = CountByStatus(world, account.account_id());
  for (const UserStatus status : kCounted) {
    if (IsShownUnasked(status, account.policy())) {
      counts.unapproved += Counter(world, account.account_id(), UnapprovedCounterOf(status));
    }
  }
  return counts;
}

UserCounts CountUsersOfAllAccounts(const World& world) {
  return CountByStatus(world, kEveryAccount);
}

bool IsShownUnasked(UserStatus status, const event::v1::AccountPolicy& policy) {
  if (status == event::v1::USER_STATUS_DISABLED) return !policy.hide_disabled();
  return status == event::v1::USER_STATUS_PENDING || status == event::v1::USER_STATUS_ACTIVE;
}

}  // namespace roster::domain
