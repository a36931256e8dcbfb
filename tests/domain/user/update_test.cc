// UpdateUser (R30, R38, R44, R57, R58).

#include "absl/strings/str_cat.h"
#include "domain/rows/user_rows.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

using event::v1::PersonalData;

PersonalData Values(const std::function<void(PersonalData&)>& change) {
  PersonalData values;
  change(values);
  return values;
}

PersonalData Email(const std::string& email) {
  return Values([&](PersonalData& values) { values.set_email(email); });
}

PersonalData FullName(const std::string& name) {
  return Values([&](PersonalData& values) { values.set_full_name(name); });
}

UpdateUser Update(std::vector<std::string> fields, PersonalData values,
                  UserReference user = Ref("ann")) {
  return {std::move(user), std::move(fields), std::move(values)};
}

std::string Updated(const std::string& fields, const std::string& personal) {
  return absl::StrCat("user_updated { user_id: 'ann' ", fields, " } personal { ", personal, " }");
}

class UpdateUserTest : public testing::TestWithParam<DecisionCase> {};
TEST_P(UpdateUserTest, Decides) { Verify(GetParam()); }

// R30: who may edit, and what becomes of the data.
std::vector<DecisionCase> Editing() {
  const Scenario given = Scenario(kMatrix).User("ann", "viewer");
  const Caller admin = Service("admin");
  PersonalData all = Person("x");
  all.set_given_name("G");
  all.set_family_name("F");
  all.set_title("T");
  const std::string refused = "PERMISSION_REQUIRED {permission: users.update}";
  return {
      {"Name_R30", given, admin, Update({"full_name"}, FullName("Ann B")),
       Updated("fields: 'full_name'",
               "full_name: 'Ann B' email: 'ann@example.com' user_name: 'ann'")},
      // The user name stays, in the order of the proto whatever the order of the mask.
      {"Everything_R30", given, admin,
       Update({"title", "email", "family_name", "given_name", "full_name"}, all),
       Updated("fields: 'full_name' fields: 'given_name' fields: 'family_name' fields: 'email' "
               "fields: 'title'",
               "full_name: 'Full x' given_name: 'G' family_name: 'F' email: 'x@example.com' "
               "user_name: 'ann' title: 'T'")},
      {"OnlyNamedFields_R30", given, admin, Update({"title"}, all),
       Updated("fields: 'title'",
               "full_name: 'Full ann' email: 'ann@example.com' user_name: 'ann' title: 'T'")},
      {"Emptied_R30", Scenario(given).Joined({"bob", {"viewer"}}, all), admin,
       Update({"title", "given_name"}, {}, Ref("bob")),
       "user_updated { user_id: 'bob' fields: 'given_name' fields: 'title' } personal { "
       "full_name: 'Full x' family_name: 'F' email: 'x@example.com' user_name: 'x' }"},
      {"SameValue_R30", given, admin, Update({"full_name"}, FullName("Full ann")), "nothing"},
      {"EmptyAsBefore_R30", given, admin, Update({"title"}, {}), "nothing"},
      {"OnlyWhatDiffers_R30", given, admin, Update({"full_name", "title"}, FullName("Full ann")),
       "nothing"},
      {"FieldTwice_R30", given, admin, Update({"title", "title"}, all),
       Updated("fields: 'title'",
               "full_name: 'Full ann' email: 'ann@example.com' user_name: 'ann' title: 'T'")},
      {"Viewer_R30", given, Service("viewer"), Update({"title"}, all), refused},
      {"Stranger_R53", given, Stranger(), Update({"title"}, all), refused},
      {"Operator_R53", given, Operator(), Update({"title"}, all), refused},
      {"UnknownUser", given, admin, Update({"title"}, all, Ref("nobody")), "USER_NOT_FOUND"},
      {"OtherRevision", given, admin, Update({"title"}, all, Ref("ann", 3)),
       "REVISION_MISMATCH {revision: 1}"},
      {"OwnDetails", Scenario(kMatrix).User("ann", "admin"), UserCaller("ann"),
       Update({"full_name"}, FullName("Ann B")),
       Updated("fields: 'full_name'",
               "full_name: 'Ann B' email: 'ann@example.com' user_name: 'ann'")},
  };
}
INSTANTIATE_TEST_SUITE_P(Editing, UpdateUserTest, testing::ValuesIn(Editing()), CaseName);

// R2, R57, R58: masks and values.
std::vector<DecisionCase> Fields() {
  const Scenario given = Scenario(kMatrix).User("ann", "viewer");
  const Scenario portal = Scenario(kPortal).User("ann");  // without given and family name
  const Caller admin = Service("super_admin");
  const PersonalData bad = Values([](PersonalData& values) {
    values.set_full_name("a\nb");
    values.set_email("nonsense");
  });
  return {
      {"UserName_R58", given, admin, Update({"user_name"}, Person("ann")),
       "IMMUTABLE_FIELD {field: user_name}"},
      {"AuthMethod_R57", given, admin, Update({"auth_method"}, {}),
       "IMMUTABLE_FIELD {field: auth_method}"},
      {"UserNameAmongOthers_R58", given, admin, Update({"title", "user_name"}, Person("x")),
       "IMMUTABLE_FIELD {field: user_name}"},
      {"NoMask", given, admin, Update({}, Person("x")),
       "INVALID_FIELDS [update_mask: MISSING_FIELD]"},
      {"UnknownField", given, admin, Update({"shoe_size"}, {}),
       "INVALID_FIELDS [update_mask.paths.0: UNKNOWN_FIELD]"},
      {"StatusIsNoField", given, admin, Update({"status"}, {}),
       "INVALID_FIELDS [update_mask.paths.0: UNKNOWN_FIELD]"},
      {"AllAtOnce_R2", given, admin, Update({"shoe_size", "full_name", "email"}, bad),
       "INVALID_FIELDS [profile.email: INVALID_EMAIL, profile.full_name: INVALID_VALUE, "
       "update_mask.paths.0: UNKNOWN_FIELD]"},
      {"NameEmptied_R2", given, admin, Update({"full_name"}, {}),
       "INVALID_FIELDS [profile.full_name: MISSING_FIELD]"},
      {"EmailEmptied_R2", given, admin, Update({"email"}, {}),
       "INVALID_FIELDS [profile.email: MISSING_FIELD]"},
      {"GivenNameInPortal_R2", portal, admin, Update({"given_name"}, {}),
       "INVALID_FIELDS [profile.given_name: MISSING_FIELD]"},
      // What was let in under an earlier policy keeps no other field from being edited.
      {"OtherFieldInPortal_R2", portal, admin, Update({"full_name"}, FullName("Ann B")),
       Updated("fields: 'full_name'",
               "full_name: 'Ann B' email: 'ann@example.com' user_name: 'ann'")},
  };
}
INSTANTIATE_TEST_SUITE_P(Fields, UpdateUserTest, testing::ValuesIn(Fields()), CaseName);

// R38: a disabled or deleted user is not edited, by policy.
std::vector<DecisionCase> Standing() {
  const auto rename = Update({"full_name"}, FullName("Ann B"));
  const Caller caller = Service("super_admin");
  const std::string updated = Updated(
      "fields: 'full_name'", "full_name: 'Ann B' email: 'ann@example.com' user_name: 'ann'");
  const auto disabled = [](event::v1::Preset preset) {
    return Scenario(preset).User("ann").Disabled("ann");
  };
  return {
      {"DisabledInPortal_R38", disabled(kPortal), caller, rename, "USER_DISABLED"},
      {"DisabledInMatrix_R38", disabled(kMatrix), caller, rename, "USER_DISABLED"},
      {"DisabledInTeams_R38", disabled(kTeams), caller, rename, updated},
      {"DisabledInWorkforce_R38", disabled(kWorkforce), caller, rename, updated},
      {"DisabledInApplications_R38", disabled(kApplications), caller, rename, updated},
      {"BlockedInMatrix_R38",
       Scenario(kMatrix).User("ann").Disabled("ann", event::v1::STATUS_REASON_INACTIVITY), caller,
       rename, "USER_DISABLED"},
      {"EnabledAgain_R38", disabled(kMatrix).Enabled("ann"), caller, rename, updated},
      {"Active_R38", Scenario(kMatrix).User("ann").SignedIn("ann"), caller, rename, updated},
      {"Deleted_R32", Scenario(kMatrix).User("ann").Deleted("ann"), caller, rename, "USER_DELETED"},
      {"DeletedWhereDisabledMay_R32", Scenario(kTeams).User("ann").Deleted("ann"), caller, rename,
       "USER_DELETED"},
      {"BeforeTheMask_R38", disabled(kMatrix), caller, Update({"user_name"}, {}), "USER_DISABLED"},
  };
}
INSTANTIATE_TEST_SUITE_P(Standing, UpdateUserTest, testing::ValuesIn(Standing()), CaseName);

// R3, R4, R44: a new email.
std::vector<DecisionCase> NewEmail() {
  const Scenario given = Scenario(kMatrix)
                             .User("ann", "viewer")
                             .User("bob", "viewer")
                             .User("old", "viewer")
                             .Deleted("old");
  const Scenario boss = Scenario(kMatrix).User("ann", "super_admin");
  const Caller admin = Service("admin");
  const auto to = [](const std::string& email) { return Update({"email"}, Email(email)); };
  const auto changed = [](const std::string& email) {
    return Updated("fields: 'email'",
                   "full_name: 'Full ann' email: '" + email + "' user_name: 'ann'");
  };
  return {
      {"Free_R3", given, admin, to("ann@example.org"), changed("ann@example.org")},
      {"Taken_R3", given, admin, to("bob@example.com"), "EMAIL_TAKEN {user_id: bob}"},
      {"TakenInOtherCase_R3", given, admin, to("BOB@example.com"), "EMAIL_TAKEN {user_id: bob}"},
      {"OwnInOtherCase_R3", given, admin, to("Ann@Example.com"), changed("Ann@Example.com")},
      {"OfADeletedUser_R4", given, admin, to("old@example.com"),
       absl::StrCat("BELONGS_TO_DELETED_USER {restorable_until: ", kRestorableUntil,
                    ", user_id: old}")},
      {"OfAnotherAccount_R3", given, admin, to("eve@example.com"), changed("eve@example.com")},
      {"OfWhoHoldsMore_R44", boss, admin, to("ann@example.org"), "ESCALATION {role: super_admin}"},
      {"CaseOfWhoHoldsMore_R44", boss, admin, to("ANN@example.com"),
       "ESCALATION {role: super_admin}"},
      {"OfWhoHoldsTheSame_R44", boss, Service("super_admin"), to("ann@example.org"),
       changed("ann@example.org")},
      // Only the email is a way in.
      {"NameOfWhoHoldsMore_R44", boss, admin, Update({"full_name"}, FullName("Ann B")),
       Updated("fields: 'full_name'",
               "full_name: 'Ann B' email: 'ann@example.com' user_name: 'ann'")},
      {"SameEmailOfWhoHoldsMore_R44", boss, admin, to("ann@example.com"), "nothing"},
      {"EscalationBeforeTaken_R44", Scenario(boss).User("bob", "viewer"), admin,
       to("bob@example.com"), "ESCALATION {role: super_admin}"},
      {"AdminTypeOfTheSame_R44",
       Scenario(kTeams)
           .Joined({"ann", {}, event::v1::USER_TYPE_ADMIN})
           .Joined({"root", {}, event::v1::USER_TYPE_ADMIN}),
       UserCaller("root"), to("ann@example.org"), changed("ann@example.org")},
      {"OwnEmail_R44", boss, UserCaller("ann"), to("ann@example.org"), changed("ann@example.org")},
  };
}
INSTANTIATE_TEST_SUITE_P(NewEmail, UpdateUserTest, testing::ValuesIn(NewEmail()), CaseName);

// The old email is free again, the new one taken; the user name is not the email's.
TEST(UpdateUserFoldTest, EmailMoves_R3) {
  Scenario given = Scenario(kMatrix).User("root", "super_admin").User("ann", "viewer");
  const auto outcome = Decide(given.world(), Update({"email"}, Email("B@x.org")), Service("admin"));
  ASSERT_EQ(Describe(outcome.status()), "OK");
  given.Happened(*outcome);
  EXPECT_FALSE(FindUserByEmail(given.world(), kAccount, "ann@example.com").has_value());
  EXPECT_EQ(FindUserByEmail(given.world(), kAccount, "b@X.org")->user_id(), "ann");
  EXPECT_EQ(FindUserByUserName(given.world(), kAccount, "ann")->user_id(), "ann");
  EXPECT_EQ(given.user("ann").revision(), 2);
}

// Editing a field that was never set writes into that user alone.
TEST(UpdateUserFoldTest, EmptyFieldsOfOthersStayEmpty) {
  const Scenario given = Scenario(kMatrix).User("ann", "viewer");
  const auto values = Values([](PersonalData& value) { value.set_title("Head of Sales"); });
  ASSERT_TRUE(Decide(given.world(), Update({"title"}, values), Service("admin")).ok());
  EXPECT_EQ(PersonalData().title(), "");
  EXPECT_EQ(view::v1::TokenRow().account_id(), "");
}

}  // namespace
}  // namespace roster::domain
