// The rows of users by status and role, and the numbers of users, compared with a recount.
// (R39, R77, R88, R110)

#include "domain/user/list/index.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/rows/account_rows.h"
#include "domain/rows/codec.h"
#include "domain/user/list/search.h"
#include "domain/world/past.h"
#include "tests/domain/history.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

using event::v1::UserStatus;
using view::v1::UserRow;

std::vector<UserRow> UsersOf(const World& world, const std::string& account_id) {
  std::vector<UserRow> users;
  world.Scan(Table::kUsers, AccountPrefix(account_id), "",
             [&](std::string_view, std::string_view bytes) {
               Decode(bytes, users.emplace_back());
               return true;
             });
  return users;
}

std::set<std::string> KeysIn(const World& world, Table table, const std::string& prefix) {
  std::set<std::string> keys;
  world.Scan(table, prefix, "", [&](std::string_view key, std::string_view) {
    keys.emplace(key);
    return true;
  });
  return keys;
}

// The rows that the users call for, written down a second time.
std::set<std::string> Recounted(const World& world, const std::string& account_id) {
  std::set<std::string> keys;
  for (const UserRow& user : UsersOf(world, account_id)) {
    if (user.status() == event::v1::USER_STATUS_ERASED) continue;
    keys.insert(absl::StrCat(account_id, "/s/", user.status(), "/", user.user_id()));
    for (const std::string& role : user.roles()) {
      keys.insert(absl::StrCat(account_id, "/r/", role, "/", user.user_id()));
    }
    if (user.roles().empty()) keys.insert(absl::StrCat(account_id, "/r//", user.user_id()));
  }
  return keys;
}

UserCounts Recount(const World& world, const std::string& account_id, bool disabled_too) {
  UserCounts counts;
  for (const UserRow& user : UsersOf(world, account_id)) {
    counts.pending += user.status() == event::v1::USER_STATUS_PENDING;
    counts.active += user.status() == event::v1::USER_STATUS_ACTIVE;
    counts.disabled += user.status() == event::v1::USER_STATUS_DISABLED;
    counts.deleted += user.status() == event::v1::USER_STATUS_DELETED;
    const bool shown = user.status() == event::v1::USER_STATUS_PENDING ||
                       user.status() == event::v1::USER_STATUS_ACTIVE ||
                       (disabled_too && user.status() == event::v1::USER_STATUS_DISABLED);
    counts.unapproved += shown && !user.approved();
  }
  return counts;
}

std::string TextOf(const UserCounts& counts) {
  std::string text;
  for (const uint64_t count :
       {counts.pending, counts.active, counts.disabled, counts.deleted, counts.unapproved}) {
    text += std::to_string(count) + " ";
  }
  return text;
}

TEST(UserIndexTest, IsWhatARecountSays_R39_R88_R110) {
  History history(11);
  uint64_t unapproved = 0;
  for (int i = 0; i < 6'000; ++i) {
    history.Next();
    if (i % 37 != 0) continue;
    for (const std::string id : {"acme", "apps"}) {
      auto account = FindAccount(history.world(), id);
      if (!account) continue;
      ASSERT_EQ(KeysIn(history.world(), Table::kUserIndex, AccountPrefix(id)),
                Recounted(history.world(), id));
      for (const bool hides : {false, true}) {
        account->mutable_policy()->set_hide_disabled(hides);
        const UserCounts counts = CountUsers(history.world(), *account);
        ASSERT_EQ(TextOf(counts), TextOf(Recount(history.world(), id, !hides))) << id << i;
        unapproved += counts.unapproved;
      }
    }
  }
  EXPECT_GT(unapproved, 1'000u) << "else they prove nothing";
}

TEST(UserIndexTest, IsRightInThePast_R34) {
  History history(12);
  history.Take(3'000);
  for (Position position = 1; position <= 3'000; position += 61) {
    const PastWorld past(history.world(), position);
    for (const std::string id : {"acme", "apps"}) {
      ASSERT_EQ(KeysIn(past, Table::kUserIndex, AccountPrefix(id)), Recounted(past, id))
          << position;
    }
  }
}

TEST(UserIndexTest, CountsTabs_R77_R88) {
  Scenario given(kWorkforce);
  given.User("ann").User("bob").User("cid").User("dan").User("eva");
  given.SignedIn("ann").Disabled("bob").Deleted("cid").Joined({"fay", {}, {}, false});
  const auto counts = [&] { return TextOf(CountUsers(given.world(), given.account())); };
  EXPECT_EQ(counts(), "3 1 1 1 1 ");
  given.Enabled("bob").Restored("cid").Disabled("fay");
  EXPECT_EQ(counts(), "4 1 1 0 1 ");
  given.Policy([](event::v1::AccountPolicy& policy) { policy.set_hide_disabled(true); });
  EXPECT_EQ(counts(), "4 1 1 0 0 ");
}

TEST(UserIndexTest, HasARowForEachRole) {
  const Scenario given = Scenario(kApplications).Joined({"ann", {"b", "a", "b"}}).User("bob");
  EXPECT_EQ(KeysIn(given.world(), Table::kUserIndex, "acme/"),
            (std::set<std::string>{"acme/s/1/ann", "acme/r/a/ann", "acme/r/b/ann", "acme/s/1/bob",
                                   "acme/r//bob"}));
}

// R30: of names, every word with what follows it, and none that another one covers.
TEST(SearchRowsTest, OfNames_R30) {
  event::v1::PersonalData personal;
  const auto words = [&](const std::string& full, const std::string& given,
                         const std::string& family) {
    personal.set_full_name(full);
    personal.set_given_name(given);
    personal.set_family_name(family);
    return WordsOf(personal);
  };
  using Words = std::vector<std::string>;
  EXPECT_EQ(words("Ann Smith", "", ""), (Words{"ann smith", "smith"}));
  EXPECT_EQ(words("Ann Smith", "Ann", "Smith"), (Words{"ann smith", "smith"}));
  EXPECT_EQ(words("Johnny", "John", "van Beek"), (Words{"johnny", "van beek"}));
  EXPECT_EQ(words(" Ann-Marie  D'Arc ", "", ""),
            (Words{"ann-marie d'arc", "arc", "d'arc", "marie d'arc"}));
  EXPECT_EQ(words("\u00c4nne \u00d6z", "", ""), (Words{"anne oz", "oz"}));
  EXPECT_EQ(words("a b c d e f g h i j", "k", "l").size(), 10u);  // eight words, and two more names
  EXPECT_EQ(words("", "", ""), Words());
  EXPECT_EQ(words("-", "", ""), (Words{"-"}));
}

}  // namespace
}  // namespace roster::domain
