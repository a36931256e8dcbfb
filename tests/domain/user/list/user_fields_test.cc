// Filters of users: which users they accept, and what is refused with which words. (R30, R34, R49,
// R110)

#include "domain/user/list/user_fields.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "domain/base/refusal.h"
#include "domain/list/filter.h"
#include "domain/rows/codec.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

event::v1::PersonalData Named(const std::string& full_name, const std::string& given_name,
                              const std::string& family_name, const std::string& email,
                              const std::string& user_name, const std::string& title = "") {
  event::v1::PersonalData personal;
  personal.set_full_name(full_name);
  personal.set_given_name(given_name);
  personal.set_family_name(family_name);
  personal.set_email(email);
  personal.set_user_name(user_name);
  personal.set_title(title);
  return personal;
}

void CreatedOn(Scenario& given, const std::string& id, int day) {
  given.Edit(id, [&](view::v1::UserRow& row) {
    *row.mutable_created_at() = ToTimestamp(kDay0 + day * kDay);  // 2023-11-14T22:13:20Z + days
    *row.mutable_updated_at() = ToTimestamp(kDay0 + (day + 1) * kDay);
  });
}

// Five users, of which one is erased.
const Scenario& Given() {
  static const Scenario kGiven = [] {
    Scenario given(kMatrix);
    given.Joined({"ann", {"viewer"}}, Named("Ann Mary Smith", "Ann", "Smith", "Ann@Example.com",
                                            "ann", "Chief \"of\" all*"));
    given.Joined({"bob", {"admin"}, event::v1::USER_TYPE_ADMIN},
                 Named("Bob  Smith-Jones", "", "", "bob@example.org", "Bobby"));
    given.Joined({"cid", {}, {}, false, event::v1::AUTH_METHOD_SSO},
                 Named("\u00c7id \u00d6zt\u00fcrk", "Johnny", "", "cid@m\u00fcnchen.de", "c:id"));
    given.Joined({"dan", {"viewer", "admin"}, {}, false},
                 Named("Dan O'Neil", "", "", "dan@example.com", "dan"));
    given.User("eva", "viewer");
    given.Disabled("bob").SignedIn("cid").Deleted("dan", kDay0 + 5 * kDay);
    CreatedOn(given, "ann", 0);
    CreatedOn(given, "bob", 1);
    CreatedOn(given, "cid", 2);
    CreatedOn(given, "dan", 3);
    CreatedOn(given, "eva", 4);
    Events erased(1);
    erased[0].mutable_user_erased()->set_user_id("eva");
    return given.Happened(erased, kDay0 + 5 * kDay);
  }();
  return kGiven;
}

// The ids of the users that a filter lets through.
std::string Found(const std::string& text) {
  const absl::StatusOr<Filter> filter = Filter::Parse(UserFields(), text);
  if (!filter.ok()) return Describe(filter.status());
  std::vector<std::string> found;
  for (const char* id : {"ann", "bob", "cid", "dan", "eva"}) {
    if (filter->Matches(UserCandidate(Given().world(), kAccount, Given().user(id))))
      found.push_back(id);
  }
  return absl::StrJoin(found, " ");
}

struct FilterCase {
  std::string name;
  std::string filter;
  std::string found;
};

const FilterCase kCases[] = {
    {"Empty", "", "ann bob cid dan eva"},
    {"Blanks", " \t\r\n", "ann bob cid dan eva"},
    {"Status_R34", "status = DELETED", "dan"},
    {"StatusWithoutBlanks", "status=ACTIVE", "cid"},
    {"StatusInQuotes", "status = \"PENDING\"", "ann"},
    {"StatusOther_R60", "status != DISABLED", "ann cid dan eva"},
    {"Role_R49", "role = viewer", "ann dan"},
    {"RoleHas", "role : admin", "bob dan"},
    {"RoleOther", "role != admin", "ann cid eva"},
    {"RoleNone", "role = \"\"", "cid eva"},
    {"RoleUnknown", "role = nobody", ""},
    {"Unapproved_R110", "approved = false", "cid dan"},
    {"Approved_R104", "approved = true", "ann bob eva"},
    {"ApprovedOther", "approved != true", "cid dan"},
    {"UserType", "user_type = ADMIN", "bob"},
    {"AuthMethod", "auth_method = SSO", "cid"},
    {"NameEquals_R49", "full_name = 'ANN mary smith'", "ann"},
    {"NameIsWhole", "full_name = 'ann'", ""},
    {"NameBegins", "full_name = 'ann*'", "ann"},
    {"NameBeginsAtItsFirstWord", "full_name = \"smi*\"", ""},
    {"NameHas", "full_name : smi", "ann bob"},
    {"NameOther", "full_name != 'ann*'", "bob cid dan"},
    {"NameHasAsterisk", "title : 'all\\*'", "ann"},
    {"GivenName", "given_name = johnny", "cid"},
    {"FamilyName", "family_name = smi*", "ann"},
    {"Title", "title = 'chief \\\"of\\\" ALL\\*'", "ann"},
    {"TitleNone", "title = ''", "bob cid dan"},
    {"EmailEquals_R49", "email = ann@EXAMPLE.com", "ann"},
    {"EmailBegins", "email = \"bob@*\"", "bob"},
    {"EmailHas_R30", "email : \"@example.com\"", "ann dan"},
    {"EmailOfADomainInUnicode", "email = 'cid@m\u00fcnchen.de'", "cid"},
    {"EmailOfADomainInTheDns", "email : '@xn--mnchen-3ya.de'", "cid"},
    {"UserName", "user_name = bobby", "bob"},
    {"UserNameWithColon", "user_name = c:id", "cid"},
    {"Before", "create_time < 2023-11-16", "ann bob"},
    {"NotAfter", "create_time <= 2023-11-15T22:13:20Z", "ann bob"},
    {"After", "create_time > '2023-11-15T22:13:20Z'", "cid dan eva"},
    {"NotBefore", "create_time >= 2023-11-15T23:13:20+01:00", "bob cid dan eva"},
    {"At", "create_time = 2023-11-15T22:13:20Z", "bob"},
    {"NotAt", "create_time != 2023-11-15T22:13:20Z", "ann cid dan eva"},
    {"Updated", "update_time < 2023-11-16", "ann"},
    {"DeletedAfter_R34", "delete_time > 2023-11-01", "dan"},
    {"NoTimeIsNotOther", "delete_time != 2023-11-01", "dan"},
    {"NobodyWasActiveYet", "last_active_time > 1970-01-01", ""},
    {"NorNotActive", "last_active_time != 1970-01-01", ""},
    {"ButNot", "NOT last_active_time > 1970-01-01", "ann bob cid dan eva"},
    {"SearchEmail_R30", "\"dan@\"", "dan"},
    {"SearchUserName_R30", "'bobb'", "bob"},
    {"SearchFirstWord_R30", "\"ann m\"", "ann"},
    {"SearchAnyWord_R30", "\"smi\"", "ann bob"},
    {"SearchAfterAHyphen_R30", "\"JONES\"", "bob"},
    {"SearchGivenName_R30", "\"john\"", "cid"},
    {"SearchFolds_R30", "'\u00d6ZT'", "cid"},
    {"SearchNotWithinWords", "\"mith\"", ""},
    {"SearchQuotes", "\"o'n\"", "dan"},
    {"C39RunOfBlanks", "full_name = 'bob smith-jones'", "bob"},
    {"C44SearchBaseLetters", "'ozturk'", "cid"},
    {"C44HasBaseLetters", "full_name : ozt", "cid"},
    {"C44BeginsWithBaseLetters", "full_name = 'cid oz*'", "cid"},
    {"C44EqualsIsExact", "full_name = 'cid ozturk'", ""},
    {"C46SearchOfADomainInUnicode", "\"cid@m\u00fc\"", "cid"},
    {"C46HasADomainInUnicode", "email : \"m\u00fcnchen\"", "cid"},
    {"C46BeginsWithADomainInUnicode", "email = \"cid@m\u00fc*\"", "cid"},
    {"C48Apostrophe", "'o\u2019neil'", "dan"},
    {"C48AfterAnApostrophe", "'neil'", "dan"},
    {"SearchBlankBehind", "'ann '", "ann"},
    {"SearchWithAsterisk", "'smi*'", "ann bob"},
    {"And", "status != PENDING AND role : admin", "bob dan"},
    {"Or", "status = PENDING OR status = ACTIVE", "ann cid"},
    {"OrBindsTighter", "role = viewer AND status = ACTIVE OR status = PENDING", "ann"},
    {"OrBindsTighterInFront", "status = ACTIVE OR status = PENDING AND role = viewer", "ann"},
    {"Parentheses", "(role = viewer AND status = DELETED) OR status = ACTIVE", "cid dan"},
    {"Not", "NOT status = PENDING", "bob cid dan eva"},
    {"Minus", "-status = PENDING", "bob cid dan eva"},
    {"MinusSearch", "-'smi'", "cid dan eva"},
    {"NotParentheses", "NOT (status = PENDING OR status = ACTIVE)", "bob dan eva"},
    {"NotBindsTightest", "NOT status = PENDING AND status = ACTIVE", "cid"},
    {"ForgottenMatchesNoText", "full_name != 'x'", "ann bob cid dan"},
    {"Close", "(status=PENDING)AND(role=viewer)", "ann"},
    {"KeywordAsValue", "user_name = AND OR user_name = dan", "dan"},
};

void PrintTo(const FilterCase& row, std::ostream* out) { *out << row.filter; }

class FilterTest : public testing::TestWithParam<FilterCase> {};

TEST_P(FilterTest, LetsThrough) { EXPECT_EQ(Found(GetParam().filter), GetParam().found); }

INSTANTIATE_TEST_SUITE_P(Filters, FilterTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

// What is told about a filter.
std::string Refusal(const std::string& text) {
  const absl::StatusOr<Filter> filter = Filter::Parse(UserFields(), text);
  if (filter.ok()) return "OK";
  EXPECT_EQ(ReasonOf(filter.status()), "INVALID_FIELDS");
  const auto payload = filter.status().GetPayload("field/filter");
  const std::string said(payload.value_or(absl::Cord()));
  return absl::StrReplaceAll(said, {{"INVALID_VALUE: ", ""}});
}

TEST(FilterRefusalTest, SaysWhatAndWhere) {
  const std::string comparison = "a comparison, a text or ( is expected here";
  const std::string joined = "AND, OR or the end is expected here";
  const std::string time = "the value is a time, as 2026-01-31T12:00:00Z, or a date, as 2026-01-31";
  const std::pair<std::string, std::string> table[] = {
      {"status", "column 7: an operator is expected here: = != < <= > >= or :"},
      {"status ACTIVE", "column 8: an operator is expected here: = != < <= > >= or :"},
      {"status = ", "column 10: a value is expected here"},
      {"= ACTIVE", "column 1: " + comparison},
      {"status = ACTIVE AND", "column 20: " + comparison},
      {"AND status = ACTIVE", "column 1: " + comparison},
      {"NOT NOT status = ACTIVE", "column 5: " + comparison},
      {"()", "column 2: " + comparison},
      {"(status = ACTIVE", "column 1: this parenthesis is not closed"},
      {"status = ACTIVE)", "column 16: " + joined},
      {"status = ACTIVE status = PENDING", "column 17: " + joined},
      {"status = ACTIVE and status = PENDING", "column 17: " + joined},
      {"status < ACTIVE", "column 10: the operators of this field are = !="},
      {"status : ACTIVE", "column 10: the operators of this field are = !="},
      {"email < ann", "column 9: the operators of this field are = != :"},
      {"create_time : 2026-01-01", "column 15: the operators of this field are = != < <= > >="},
      {"status = active", "column 10: the value is one of PENDING, ACTIVE, DISABLED, DELETED"},
      {"status = ERASED", "column 10: the value is one of PENDING, ACTIVE, DISABLED, DELETED"},
      {"status = UNSPECIFIED", "column 10: the value is one of PENDING, ACTIVE, DISABLED, DELETED"},
      {"status = ACTIVE*", "column 10: an asterisk goes with = and != of texts"},
      {"email : ann*", "column 9: an asterisk goes with = and != of texts"},
      {"approved = yes", "column 12: the value is true or false"},
      {"user_type = BOSS", "column 13: the value is one of ADMIN, STANDARD, READ_ONLY"},
      {"create_time > yesterday", "column 15: " + time},
      {"create_time > infinite-past", "column 15: " + time},
      {"create_time > 2026-13-01", "column 15: " + time},
      {"'\u00e4\u00f6' AND '", "column 10: this text is not closed"},  // characters, not bytes
      {"email = 'ann", "column 9: this text is not closed"},
      {"email = 'ann\\", "column 9: this text is not closed"},
      {"email = 'a\\nn'", "column 11: a backslash stands before \\, \", ' or *"},
      {"email = 'a*n'", "column 11: an asterisk stands at the end of a text, or as \\*"},
      {"email = 'a\tn'", "column 11: there is a control character"},
      {"email = a*n", "column 11: " + joined},
      {"''", "column 1: the text to search for is empty"},
      {"' '", "column 1: the text to search for is empty"},
      {std::string("email = a\0", 10), "column 10: " + joined},
  };
  for (const auto& [filter, refusal] : table) EXPECT_EQ(Refusal(filter), refusal) << filter;
  EXPECT_EQ(Refusal("ann"),
            "column 1: there is no such field; there are status, role, approved, user_type, "
            "auth_method, full_name, given_name, family_name, email, user_name, title, "
            "create_time, update_time, delete_time, last_active_time; text to search for stands in "
            "quotes");
}

TEST(FilterRefusalTest, Limits) {
  const auto many = [](size_t count) {
    std::string text = "'a'";
    while (--count > 0) text += " OR 'a'";
    return text;
  };
  const auto deep = [](size_t depth) {
    return std::string(depth, '(') + "'a'" + std::string(depth, ')');
  };
  EXPECT_EQ(Refusal(many(kMaxComparisons)), "OK");
  EXPECT_EQ(Refusal(many(kMaxComparisons + 1)), "column 351: there are more than 50 comparisons");
  EXPECT_EQ(Refusal(deep(kMaxParentheses)), "OK");
  EXPECT_EQ(Refusal(deep(kMaxParentheses) + " AND " + deep(kMaxParentheses)), "OK");
  EXPECT_EQ(Refusal(deep(kMaxParentheses + 1)), "column 11: parentheses stand more than 10 deep");
  EXPECT_EQ(Refusal("title = '" + std::string(kMaxFilterBytes - 10, 'a') + "'"), "OK");
  EXPECT_EQ(Refusal("title = '" + std::string(kMaxFilterBytes - 9, 'a') + "'"),
            "column 1: the filter is longer than 2000 bytes");
}

TEST(FilterTermsTest, KnowsWhatItRequiresAndNames) {
  const Filter filter = *Filter::Parse(
      UserFields(), "role = a AND (email = b* AND (status = ACTIVE OR title = c)) AND NOT 'd'");
  std::vector<std::string> required;
  for (const Comparison* comparison : filter.Required()) {
    required.push_back(absl::StrCat(std::string(comparison->name()), "=", comparison->text));
  }
  EXPECT_EQ(required, (std::vector<std::string>{"role=a", "email=b"}));
  EXPECT_TRUE(filter.Names("status"));
  EXPECT_TRUE(filter.Names("title"));
  EXPECT_FALSE(filter.Names("approved"));
  EXPECT_TRUE(Filter().Required().empty());
}

// Opens nothing as long as nothing personal is asked.
TEST(FilterTermsTest, OpensPersonalDataOnlyWhenAsked) {
  class CountingKeys final : public Keys {
   public:
    std::optional<event::v1::PersonalData> Open(std::string_view, std::string_view,
                                                const event::v1::SealedData&) const override {
      ++opened;
      return event::v1::PersonalData();
    }
    mutable int opened = 0;
  } keys;
  const MemoryWorld world(keys);
  const UserCandidate user(world, kAccount, Given().user("ann"));
  EXPECT_TRUE(Filter::Parse(UserFields(), "status = PENDING AND role = viewer")->Matches(user));
  EXPECT_FALSE(Filter::Parse(UserFields(), "status = ACTIVE AND 'ann'")->Matches(user));
  EXPECT_EQ(keys.opened, 0);
  EXPECT_FALSE(Filter::Parse(UserFields(), "'ann' OR title = x OR email : y")->Matches(user));
  EXPECT_EQ(keys.opened, 1);
}

// Fifty comparisons of one field must not cost fifty normalisations of it.
TEST(FilterTermsTest, MakesComparisonFormsOnce) {
  const UserCandidate user(Given().world(), kAccount, Given().user("ann"));
  const Field& field = *UserFields().Find("email");
  const std::string* email = field.text(user, field, Form::kExact);
  EXPECT_EQ(*email, "ann@example.com");
  EXPECT_EQ(field.text(user, field, Form::kExact), email);
  const std::string* words = user.Words().data();
  EXPECT_EQ(user.Words().size(), 3U);
  EXPECT_EQ(user.Words().data(), words);
}

}  // namespace
}  // namespace roster::domain
