// One name for one user, however it is written (R2, R3, R4, R81, H3).

#include "absl/strings/str_cat.h"
#include "domain/import/import_users.h"
#include "domain/rows/user_rows.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

using event::v1::PersonalData;

PersonalData Data(const std::string& email, const std::string& user_name = "",
                  const std::string& full_name = "Full") {
  PersonalData personal;
  personal.set_full_name(full_name);
  personal.set_email(email);
  personal.set_user_name(user_name);
  return personal;
}

absl::StatusOr<Events> Create(const World& world, const PersonalData& personal) {
  CreateUser command;
  command.account_id = kAccount;
  command.user_id = "new";
  command.personal = personal;
  command.roles = {"viewer"};
  return Decide(world, command, Service("super_admin"));
}

Scenario Owned(const PersonalData& personal) {
  return Scenario(kMatrix).Joined({"ann", {"viewer"}}, personal);
}

struct NameCase {
  std::string name;
  std::string first;
  std::string second;
  std::string then;  // what the second is told; empty: it is created
};
void PrintTo(const NameCase& row, std::ostream* out) { *out << row.name; }
std::string NameOf(const testing::TestParamInfo<NameCase>& info) { return info.param.name; }

std::string Outcome(const absl::StatusOr<Events>& outcome) {
  return outcome.ok() ? "" : Describe(outcome.status());
}

constexpr char kTaken[] = "USERNAME_TAKEN {user_id: ann}";
constexpr char kEmailTaken[] = "EMAIL_TAKEN {user_id: ann}";
constexpr char kLooksTheSame[] = "CONFUSABLE {user_id: ann}";
constexpr char kBadName[] = "INVALID_FIELDS [profile.user_name: INVALID_VALUE]";
constexpr char kBadEmail[] = "INVALID_FIELDS [profile.email: INVALID_EMAIL]";

// Two encodings of one name, decided one after the other as the writer does: one wins, whichever
// comes first.
using DataOf = event::v1::PersonalData (*)(const std::string& name, const char* other);
void ExpectOneWins(const NameCase& row, DataOf data) {
  const auto in_order = [&](const std::string& first, const std::string& second) {
    return Outcome(Create(Owned(data(first, "one")).world(), data(second, "two")));
  };
  EXPECT_EQ(in_order(row.first, row.second), row.then);
  if (row.then.find("INVALID") != std::string::npos) return;
  EXPECT_EQ(in_order(row.second, row.first), row.then);
}

class UserNameTest : public testing::TestWithParam<NameCase> {};
TEST_P(UserNameTest, OneWins) {
  ExpectOneWins(GetParam(), [](const std::string& name, const char* other) {
    return Data(absl::StrCat(other, "@x.org"), name);
  });
}

INSTANTIATE_TEST_SUITE_P(
    Names, UserNameTest,
    testing::Values(
        NameCase{"Case_R81", "käthe", "KÄTHE", kTaken},
        NameCase{"Composed_R81", "k\u00e4the", "ka\u0308the", kTaken},
        NameCase{"FullWidth_R81", "ann1", "ａｎｎ１", kTaken},
        NameCase{"Ligature_R81", "fink", "ﬁnk", kTaken},
        NameCase{"SharpS_R81", "strauss", "Strauß", kTaken},
        NameCase{"FinalSigma_R81", "νίκος", "ΝΊΚΟΣ", kTaken},
        NameCase{"Jamo_R81", "\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af", kTaken},
        NameCase{"Kelvin_R81", "kim", "\u212aim", kTaken},
        NameCase{"NoBreakSpace_R81", "a b", "a\u00a0b", kTaken},
        NameCase{"NonJoiner_R81", "می\u200cخواهم", "میخواهم", kTaken},
        NameCase{"DottedCapital_R81", "ibrahim", "İbrahim", ""},
        NameCase{"Dotless_R81", "irmak", "ırmak", kLooksTheSame},
        NameCase{"Cyrillic_R81", "copa", "сора", kLooksTheSame},
        NameCase{"Greek_R81", "ANNA", "ΑΝΝΑ", kLooksTheSame},
        // Texts that are ASCII alone are never each other's look-alike.
        NameCase{"C35CapitalI", "paul", "pauI", ""}, NameCase{"C35Zero", "bob", "b0b", ""},
        NameCase{"C35RN", "thorn", "thom", ""},
        NameCase{"C38HiddenDot", "admin", "admi\u0307n", kLooksTheSame},
        NameCase{"C38HiddenDotOfJ", "jan", "j\u0307an", kLooksTheSame},
        NameCase{"C39RunOfBlanks", "ann b", "ann  b", kTaken},
        NameCase{"SmallI_R81", "paul", "paui", ""}, NameCase{"Accent_R81", "jose", "josé", ""},
        NameCase{"OtherScript_R81", "иван", "ivan", ""}, NameCase{"Han_R81", "山田", "山本", ""},
        NameCase{"MixedScripts_R81", "paul", "p\u0430ul", kBadName},
        NameCase{"ZeroWidth_R81", "paul", "pa\u200bul", kBadName},
        NameCase{"Override_R81", "paul", "\u202eluap", kBadName},
        NameCase{"Selector_R81", "paul", "paul\ufe0f", kBadName},
        NameCase{"OnlyBlanks_R2", "paul", "\u3000", kBadName}),
    NameOf);

class UserEmailTest : public testing::TestWithParam<NameCase> {};
TEST_P(UserEmailTest, OneWins) {
  ExpectOneWins(GetParam(),
                [](const std::string& email, const char* other) { return Data(email, other); });
}

INSTANTIATE_TEST_SUITE_P(
    Emails, UserEmailTest,
    testing::Values(
        NameCase{"Idna_R3", "user@BÜCHER.example", "user@xn--bcher-kva.example", kEmailTaken},
        NameCase{"DomainInOtherCase_R3", "a@bücher.example", "a@BÜCHER.Example", kEmailTaken},
        NameCase{"LocalInOtherCase_R3", "käthe@x.org", "KÄTHE@X.org", kEmailTaken},
        NameCase{"LocalDecomposed_R3", "k\u00e4the@y.org", "ka\u0308the@y.org", kEmailTaken},
        NameCase{"FullWidth_R3", "ann@y.org", "Ａnn@y.org", kEmailTaken},
        NameCase{"SharpSInDomain_R3", "a@straße.de", "a@strasse.de", ""},
        NameCase{"LookAlike_R3", "cop@y.org", "сор@y.org", kLooksTheSame},
        NameCase{"LookAlikeDomain_R3", "a@cop.com", "a@сор.com", kLooksTheSame},
        NameCase{"LookAlikeDomainInDns_R3", "a@cop.com", "a@xn--n1aeb.com", kLooksTheSame},
        NameCase{"BothForeign_R3", "сор@bücher.example", "cop@bücher.example", kLooksTheSame},
        // Nobody chooses the mailbox that they have.
        NameCase{"AsciiLooksLikeItself_R3", "ann1@y.org", "annl@y.org", ""},
        NameCase{"InvalidDomain_R2", "a@x.org", "a@xn--zzzz.de", kBadEmail},
        NameCase{"MixedScripts_R2", "paul@x.org", "p\u0430ul@x.org", kBadEmail},
        NameCase{"ByteOrderMark_R2", "paul@x.org", "paul\ufeff@x.org", kBadEmail}),
    NameOf);

// A user name is no email of another user, nor looks like one, and the other way round.
TEST(NamesTest, C41AreOneNameSpace) {
  const Scenario given = Owned(Data("victim@x.org", "vic"));
  EXPECT_EQ(Outcome(Create(given.world(), Data("b@x.org", "Victim@X.org"))), kTaken);
  EXPECT_EQ(Outcome(Create(given.world(), Data("b@x.org", "v\u0456ctim@x.org"))), kBadName);
  const Scenario foreign = Owned(Data("\u0441\u043e\u0440@x.org", "vic"));
  EXPECT_EQ(Outcome(Create(foreign.world(), Data("b@x.org", "cop@x.org"))), kLooksTheSame);
  const Scenario named = Owned(Data("a@x.org", "boss@x.org"));
  EXPECT_EQ(Outcome(Create(named.world(), Data("boss@x.org", "b"))), kEmailTaken);
  EXPECT_EQ(Outcome(Create(named.world(), Data("boss@x.org"))), kEmailTaken);
  EXPECT_EQ(Outcome(Create(Scenario(kMatrix).world(), Data("b@x.org", "b@x.org"))), "")
      << "both may be those of one user";
}

// A user name that came from the email follows it, so that the old email is free for a colleague.
TEST(NamesTest, C40AUserNameFollowsTheEmailUntilOneIsChosen) {
  const auto update = [](const Scenario& given, const std::string& email) {
    UpdateUser command;
    command.user = {.account_id = kAccount, .user_id = "ann"};
    command.fields = {"email"};
    command.values.set_email(email);
    return Decide(given.world(), command, Service("super_admin"));
  };
  Scenario followed = Owned(Data("old@x.org", "old@x.org"));
  const auto moved = update(followed, "new@x.org");
  ASSERT_TRUE(moved.ok());
  EXPECT_EQ(moved->front().personal().user_name(), "new@x.org");
  EXPECT_EQ(moved->front().user_updated().fields_size(), 2);
  followed.Happened(*moved);
  EXPECT_EQ(Outcome(Create(followed.world(), Data("old@x.org"))), "");
  EXPECT_EQ(Outcome(Create(followed.world(), Data("other@x.org", "new@x.org"))), kTaken);

  const auto kept = update(Owned(Data("old@x.org", "ann")), "new@x.org");
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->front().personal().user_name(), "ann");
  EXPECT_EQ(kept->front().user_updated().fields_size(), 1);
}

// R2: full names are not unique, and free in all that can be seen; what is wrong is told at once.
TEST(NamesTest, Fields_R2) {
  const Scenario given(kMatrix);
  for (const std::string name : {"Анна-Maria O’Neill", "山田 Tarō", "葛\U000e0100城", "محمد رضا",
                                 "Νίκος", "Zoë \u0301", "Jürgen ß", "می\u200cخواهم"}) {
    EXPECT_EQ(Outcome(Create(given.world(), Data("a@x.org", "a", name))), "") << name;
  }
  PersonalData wrong = Data("a\u2066@x.org", "a\ufeff", "A\u202eB");
  wrong.set_given_name("\u00a0");
  wrong.set_family_name("\U000e0041");
  wrong.set_title("\u2028");
  EXPECT_EQ(Outcome(Create(given.world(), wrong)),
            "INVALID_FIELDS [profile.email: INVALID_EMAIL, profile.family_name: INVALID_VALUE, "
            "profile.full_name: "
            "INVALID_VALUE, profile.given_name: INVALID_VALUE, profile.title: INVALID_VALUE, "
            "profile.user_name: "
            "INVALID_VALUE]");
}

// What was entered is kept; the forms serve comparison alone.
TEST(NamesTest, AreShownAsEntered_R3) {
  const Scenario given = Owned(Data("User@BÜCHER.example", "ＡＮＮ"));
  const auto found = FindUserByEmail(given.world(), kAccount, "user@xn--bcher-kva.example");
  ASSERT_TRUE(found);
  const PersonalData personal = *PersonalOf(given.world(), kAccount, *found);
  EXPECT_EQ(personal.email(), "User@BÜCHER.example");
  EXPECT_EQ(personal.user_name(), "ＡＮＮ");
  EXPECT_EQ(FindUserByUserName(given.world(), kAccount, "ann")->user_id(), "ann");
  // Nobody is found by what they look like.
  const Scenario foreign = Owned(Data("сор@x.org", "сора"));
  EXPECT_FALSE(FindUserByEmail(foreign.world(), kAccount, "cop@x.org"));
  EXPECT_FALSE(FindUserByUserName(foreign.world(), kAccount, "copa"));
}

// R4: the look of a deleted user's names is reserved with them, and free once the user is erased.
TEST(NamesTest, OfDeletedUsers_R4_R121) {
  const Scenario deleted = Owned(Data("сор@x.org", "сора")).Deleted("ann");
  const std::string restorable = absl::StrCat(
      "BELONGS_TO_DELETED_USER {restorable_until: ", kRestorableUntil, ", user_id: ann}");
  EXPECT_EQ(Outcome(Create(deleted.world(), Data("cop@x.org", "new"))), restorable);
  EXPECT_EQ(Outcome(Create(deleted.world(), Data("new@x.org", "copa"))), restorable);
  Events erased(1);
  erased[0].mutable_user_erased()->set_user_id("ann");
  erased[0].mutable_user_erased()->set_key_id(1);
  const Scenario gone = Scenario(deleted).Happened(erased);
  EXPECT_EQ(Outcome(Create(gone.world(), Data("cop@x.org", "copa"))), "");
  size_t rows = 0;
  for (const Table table : {Table::kSearch, Table::kSearchPast, Table::kSearchOf}) {
    for (const auto& [key, row] : PurgedRows(gone.world(), table)) {
      rows += key.find("cop") != key.npos || key.find("сор") != key.npos;
    }
  }
  EXPECT_EQ(rows, 0u);
}

// A user's own look is free to that user; another's is not, whether before or after.
TEST(NamesTest, OfAChangedEmail_R3) {
  Scenario given = Owned(Data("cop@x.org", "ann"));
  given.Joined({"bob", {"viewer"}}, Data("bob@x.org", "bob"));
  const auto change = [&](const std::string& id, const std::string& email) {
    return Decide(given.world(), UpdateUser{Ref(id), {"email"}, Data(email)},
                  Service("super_admin"));
  };
  EXPECT_EQ(Outcome(change("bob", "сор@x.org")), kLooksTheSame);
  EXPECT_EQ(Outcome(change("bob", "COP@x.org")), kEmailTaken);
  EXPECT_EQ(Outcome(change("ann", "COP@x.org")), "");
  const auto own = change("ann", "сор@x.org");
  ASSERT_EQ(Outcome(own), "");
  given.Happened(*own);
  EXPECT_EQ(Outcome(change("bob", "cop@x.org")), kLooksTheSame);
  EXPECT_EQ(Outcome(change("ann", "cop@x.org")), "");
  const auto other = change("ann", "other@x.org");
  given.Happened(*other);
  EXPECT_EQ(Outcome(change("bob", "cop@x.org")), "");
}

// R82: rows of a file are decided one after the other.
TEST(NamesTest, OfAFile_R82) {
  const auto row = [](const std::string& email, const std::string& user_name) {
    ImportRow row;
    row.user_id = user_name;
    row.personal = Data(email, user_name);
    row.roles = {"viewer"};
    return row;
  };
  const auto result = Decide(
      Scenario(kMatrix).world(),
      ImportUsers{kAccount,
                  {row("a@x.org", "copa"), row("b@x.org", "сора"), row("c@bücher.example", "c"),
                   row("c@xn--bcher-kva.example", "d"), row("e@x.org", "p\u0430ul")}},
      Service("super_admin"));
  ASSERT_TRUE(result.ok());
  std::vector<std::string> rows;
  for (const absl::Status& status : result->statuses) rows.push_back(Describe(status));
  EXPECT_EQ(rows, (std::vector<std::string>{"OK", "CONFUSABLE {user_id: copa}", "OK",
                                            "EMAIL_TAKEN {user_id: c}",
                                            "INVALID_FIELDS [user_name: INVALID_VALUE]"}));
}

}  // namespace
}  // namespace roster::domain
