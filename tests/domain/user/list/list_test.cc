// Which rows a list is read from, and how names are sorted. (R34, R49, R60, R88)

#include "domain/user/list/list.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "domain/rows/user_rows.h"
#include "domain/text/name.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

std::string OrderOf(const std::string& text) {
  const absl::StatusOr<SortOrder> order = ParseUserOrder(text);
  if (!order.ok()) return Describe(order.status());
  if (!order->field) return "none";
  return absl::StrCat(static_cast<int>(*order->field),
                      order->direction == Direction::kDescending ? " down" : "");
}

TEST(SortOrderTest, Parses_R49) {
  const std::pair<std::string, std::string> table[] = {
      {"", "none"},       {" ", "none"},    {"create_time", "0"},      {"last_active_time", "1"},
      {"full_name", "2"}, {" email ", "3"}, {"status desc", "4 down"}, {"role  desc ", "5 down"},
  };
  for (const auto& [text, order] : table) EXPECT_EQ(OrderOf(text), order) << text;
  for (const char* wrong : {"name", "desc", " desc", "email asc", "email DESC", "email,status",
                            "email desc desc", "emaildesc", "email desc, status", "user_name"}) {
    EXPECT_EQ(OrderOf(wrong), "INVALID_FIELDS [order_by: INVALID_VALUE]") << wrong;
  }
}

struct RowsCase {
  std::string name;
  std::string filter;
  std::string order_by;
  std::string rows;  // table: prefixes
};

const RowsCase kCases[] = {
    {"All", "", "", "users: acme/"},
    {"ByCreationDown", "", "create_time desc", "users down: acme/"},
    {"ByActivity_R49", "", "last_active_time", "users: acme/"},
    {"Status_R34", "status = DELETED", "", "user_index: acme/s/4/"},
    {"StatusDown", "status = DELETED", "create_time desc", "user_index down: acme/s/4/"},
    {"StatusInParentheses", "((status = DISABLED) AND title : x)", "", "user_index: acme/s/3/"},
    {"RoleBeforeStatus", "status = PENDING AND role : viewer", "", "user_index: acme/r/viewer/"},
    {"NoRole", "role = ''", "", "user_index: acme/r//"},
    {"EitherStatus", "status = PENDING OR status = ACTIVE", "", "users: acme/"},
    {"NotStatus", "NOT status = PENDING", "", "users: acme/"},
    {"StatusOther", "status != PENDING AND role != viewer", "", "users: acme/"},
    {"ByName_R49", "role = viewer", "full_name", "search: acme/o/"},
    {"ByEmail_R49", "full_name = 'a*'", "email desc", "search down: acme/e/"},
    {"ByEmailBegun", "email = 'Ann@*'", "email", "search: acme/e/ann@"},
    {"ByEmailOfMany", "email : '@x.org'", "email", "search: acme/e/"},
    {"ByStatus_R49", "", "status", "user_index: acme/s/1/ acme/s/2/ acme/s/3/"},
    {"ByStatusDown", "", "status desc", "user_index down: acme/s/3/ acme/s/2/ acme/s/1/"},
    {"ByStatusOfAll", "status != PENDING", "status",
     "user_index: acme/s/1/ acme/s/2/ acme/s/3/ acme/s/4/"},
    {"ByStatusOfOne_R88", "status = PENDING", "status", "user_index: acme/s/1/"},
    {"ByRole_R49", "status = PENDING", "role", "user_index: acme/r/"},
    {"ByRoleOfOne", "role = viewer", "role desc", "user_index down: acme/r/"},
    {"Search_R30", "'Ann' AND role = viewer", "", "search: acme/e/ann acme/n/ann acme/w/ann"},
    {"SearchSorted", "'Ann' AND role = viewer", "full_name", "search: acme/o/"},
    {"SearchByCreation", "'Ann' AND role = viewer", "create_time", "user_index: acme/r/viewer/"},
    {"Email_R30", "email = Ann@x.org", "", "search: acme/e/ann@x.org"},
    {"EmailHas", "email : Ann@x.org", "", "users: acme/"},
    {"EmailOther", "email != Ann@x.org", "", "users: acme/"},
    {"UserName", "role = viewer AND user_name = 'Ann*'", "", "search: acme/n/ann acme/w/ann"},
    {"FullName", "full_name = 'Ann*'", "", "search: acme/w/ann"},
    {"FamilyName", "family_name = Smith", "", "search: acme/w/smith"},
    {"Title", "title = Boss", "", "users: acme/"},
    {"EmptyText", "email = '*'", "", "users: acme/"},
};

void PrintTo(const RowsCase& row, std::ostream* out) { *out << row.filter; }

class ListRowsTest : public testing::TestWithParam<RowsCase> {};

TEST_P(ListRowsTest, AreThoseOfTheList) {
  const view::v1::AccountRow account = Scenario(kMatrix).account();
  const Filter filter = *Filter::Parse(UserFields(), GetParam().filter);
  const UserList list(account, filter, *ParseUserOrder(GetParam().order_by));
  const bool down = list.rows().direction == Direction::kDescending;
  EXPECT_EQ(absl::StrCat(std::string(TableName(list.rows().table)), down ? " down" : "", ": ",
                         absl::StrJoin(list.rows().prefixes, " ")),
            GetParam().rows);
}

INSTANTIATE_TEST_SUITE_P(Lists, ListRowsTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

// R60: where the policy hides disabled users, their rows are not even looked at.
TEST(ListRowsTest, LeaveOutWhatThePolicyHides_R60) {
  const view::v1::AccountRow account = Scenario(kTeams).account();
  const Filter all;
  EXPECT_EQ(UserList(account, all, *ParseUserOrder("status")).rows().prefixes.size(), 2u);
}

// Every list, of users who lead a life that no API gives them yet.
TEST(UserListTest, ShowsEachUserOnceInItsOrder_R49_R88) {
  Scenario given(kApplications);
  given.Joined({"u1", {"b", "a"}}, Person("zoe")).Joined({"u2", {}}, Person("ann"));
  given.Joined({"u3", {"b"}}, Person("bob")).Joined({"u4", {"c", "a"}}, Person("cid"));
  given.SignedIn("u1").Disabled("u3").SignedIn("u4");
  const view::v1::AccountRow account = given.account();
  const auto ids = [&](const std::string& text, const std::string& order_by) {
    const Filter filter = *Filter::Parse(UserFields(), text);
    const UserList list(account, filter, *ParseUserOrder(order_by));
    std::string found;
    for (const std::string& prefix : list.rows().prefixes) {
      const auto take = [&](std::string_view key, std::string_view value) {
        const auto user = list.UserAt(given.world(), key, value);
        if (user) absl::StrAppend(&found, found.empty() ? "" : " ", user->row().user_id());
        return true;
      };
      given.world().Scan(list.rows().table, prefix, "", take, list.rows().direction);
    }
    return found;
  };
  EXPECT_EQ(ids("", ""), "u1 u2 u3 u4");
  EXPECT_EQ(ids("", "create_time desc"), "u4 u3 u2 u1");
  EXPECT_EQ(ids("", "full_name"), "u2 u3 u4 u1");
  EXPECT_EQ(ids("", "email desc"), "u1 u4 u3 u2");
  EXPECT_EQ(ids("", "status"), "u2 u1 u4 u3");
  EXPECT_EQ(ids("", "role"), "u2 u1 u4 u3");
  EXPECT_EQ(ids("", "role desc"), "u3 u4 u1 u2");
  EXPECT_EQ(ids("role : b", "role"), "u1 u3");
  EXPECT_EQ(ids("status = ACTIVE", ""), "u1 u4");
  EXPECT_EQ(ids("status = ACTIVE", "full_name desc"), "u1 u4");
  EXPECT_EQ(ids("'full'", ""), "u2 u3 u4 u1");  // "Full ann", ann@example.com
  EXPECT_EQ(ids("'ann'", ""), "u2");            // by email, user name and a word of the name
}

TEST(SortKeyTest, SortsNamesAsPeopleDo_R49) {
  const std::vector<std::string> sorted = {"",
                                           "'t Hooft",
                                           "ann",
                                           "Ann",
                                           "\u00c4nn",
                                           "Ann B",
                                           "Ann-Marie",
                                           "anna",
                                           "Bob",
                                           "\u00d6zt\u00fcrk",
                                           "Zoe",
                                           "Zo\u00eb",
                                           "zoe b",
                                           "\u0391\u03bd\u03bd\u03b1",
                                           "\u0410\u043d\u043d\u0430",
                                           "\u5f20\u4f1f"};
  for (size_t i = 1; i < sorted.size(); ++i) {
    EXPECT_LT(SortKey(sorted[i - 1]), SortKey(sorted[i])) << sorted[i - 1] << " " << sorted[i];
  }
  for (const std::string& name : sorted) {
    EXPECT_EQ(SortKey(name).find('\0'), std::string::npos) << name;
  }
  EXPECT_EQ(SortKey("Zo\u00eb"), SortKey("Zoe\u0308"));
  EXPECT_GT(SortKey(std::string(3'000, '\xff')).size(), 100u);  // total
}

// A shorter name comes before what it is the beginning of, whichever user has it.
TEST(SortKeyTest, RowsStandInTheOrderOfNames) {
  EXPECT_LT(NameKey("acme", "Ann", "z"), NameKey("acme", "Ann B", "a"));
  EXPECT_LT(NameKey("acme", "Ann", "z"), NameKey("acme", "Anna", "a"));
  EXPECT_LT(NameKey("acme", "Ann", "a"), NameKey("acme", "Ann", "b"));
  EXPECT_LT(WordsKey("acme", "ann", "z"), WordsKey("acme", "ann b", "a"));
  EXPECT_LT(WordsKey("acme", "ann", "z"), WordsKey("acme", "anna", "a"));
}

}  // namespace
}  // namespace roster::domain
