// CreateAccount and UpdateAccountPolicy (R53, R56, R107, R109; the policy table of
// requirements.md).

#include "domain/account/account.h"

#include "absl/strings/str_cat.h"
#include "domain/account/policy.h"
#include "domain/rows/codec.h"
#include "domain/rows/counter.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

using event::v1::AccountPolicy;
using event::v1::Preset;

constexpr int64_t kDaySeconds = 24 * 60 * 60;

// "Where the sources disagree", column by column, for the policies that exist so far.
struct PolicyColumn {
  std::string name;
  Preset preset;
  event::v1::Deletion deletion;
  int64_t restore_days;
  bool edit_while_disabled;
  event::v1::AuthMethod default_auth_method;
  bool names_required;
  bool user_name_required;
  bool role_required;
  event::v1::RoleHolding role_holding;
  bool approval_required;
  bool hide_disabled;
};

class PolicyTest : public testing::TestWithParam<PolicyColumn> {};

std::vector<PolicyColumn> Columns() {
  using namespace event::v1;  // NOLINT: a table of their enumerators
  return {
      {"ClientPortal", kPortal, DELETION_ANY, 30, false, AUTH_METHOD_PASSWORD, true, false, false,
       ROLE_HOLDING_ONE, false, false},
      {"RoleMatrix", kMatrix, DELETION_ANY, 30, false, AUTH_METHOD_PASSWORD, false, false, true,
       ROLE_HOLDING_ONE, false, false},
      {"ProjectTeams", kTeams, DELETION_PENDING_ONLY, 30, true, AUTH_METHOD_SSO, false, true, false,
       ROLE_HOLDING_BY_USER_TYPE, false, true},
      {"Workforce", kWorkforce, DELETION_NONE, 30, true, AUTH_METHOD_SSO, false, true, true,
       ROLE_HOLDING_MANY, false, false},
      {"Applications", kApplications, DELETION_ANY, 0, true, AUTH_METHOD_PASSWORD, false, false,
       false, ROLE_HOLDING_MANY, true, false},
  };
}

TEST_P(PolicyTest, AsRequired_R33_R38_R51_R56_R60_R63_R107) {
  const PolicyColumn& column = GetParam();
  const AccountPolicy policy = PolicyOf(column.preset);
  EXPECT_EQ(policy.deletion(), column.deletion);
  ASSERT_TRUE(policy.has_restore_window());
  EXPECT_EQ(policy.restore_window().seconds(), column.restore_days * kDaySeconds);
  EXPECT_EQ(policy.restore_window().nanos(), 0);
  EXPECT_EQ(policy.edit_while_disabled(), column.edit_while_disabled);
  EXPECT_EQ(policy.default_auth_method(), column.default_auth_method);
  EXPECT_EQ(policy.names_required(), column.names_required);
  EXPECT_EQ(policy.user_name_required(), column.user_name_required);
  EXPECT_EQ(policy.role_required(), column.role_required);
  EXPECT_EQ(policy.role_holding(), column.role_holding);
  EXPECT_EQ(policy.approval_required(), column.approval_required);
  EXPECT_EQ(policy.hide_disabled(), column.hide_disabled);
  EXPECT_EQ(AccountPolicy::descriptor()->field_count(), 10) << "a new policy: add its column";
  EXPECT_TRUE(CheckPolicy(policy).empty());
}
INSTANTIATE_TEST_SUITE_P(Presets, PolicyTest, testing::ValuesIn(Columns()),
                         [](const auto& info) { return info.param.name; });

CreateAccount Create(Preset preset, event::v1::PersonalData administrator = Person("root"),
                     const std::string& display_name = "New Ltd") {
  CreateAccount command;
  command.account_id = "new";
  command.display_name = display_name;
  command.preset = preset;
  command.administrator_id = "root";
  command.administrator = std::move(administrator);
  return command;
}

event::v1::PersonalData FullPerson() {
  event::v1::PersonalData personal = Person("root");
  personal.set_given_name("Ro");
  personal.set_family_name("Ot");
  return personal;
}

// The events of a new account; the policy is that of the preset.
std::string Created(Preset preset, const std::string& administrator,
                    const std::string& personal =
                        "full_name: 'Full root' email: 'root@example.com' user_name: 'root'") {
  return absl::StrCat("account_created { account_id: 'new' display_name: 'New Ltd' preset: ",
                      event::v1::Preset_Name(preset), " policy { ", Text(PolicyOf(preset)),
                      " } }; user_created { user_id: 'root' ", administrator,
                      " approved: true } personal { ", personal, " }");
}

class AccountTest : public testing::TestWithParam<DecisionCase> {};
TEST_P(AccountTest, Decides) { Verify(GetParam()); }

std::vector<DecisionCase> Creations() {
  const Scenario given(kMatrix);
  const std::string refused = "PERMISSION_REQUIRED {permission: operator}";
  return {
      {"ClientPortal", given, Operator(), Create(kPortal, FullPerson()),
       Created(kPortal, "auth_method: AUTH_METHOD_PASSWORD roles: 'administrator'",
               "full_name: 'Full root' given_name: 'Ro' family_name: 'Ot' "
               "email: 'root@example.com' user_name: 'root'")},
      {"RoleMatrix", given, Operator(), Create(kMatrix),
       Created(kMatrix, "auth_method: AUTH_METHOD_PASSWORD roles: 'super_admin'")},
      {"ProjectTeams", given, Operator(), Create(kTeams),
       Created(kTeams, "auth_method: AUTH_METHOD_SSO user_type: USER_TYPE_ADMIN")},
      {"Workforce", given, Operator(), Create(kWorkforce),
       Created(kWorkforce, "auth_method: AUTH_METHOD_SSO roles: 'lifecycle_admin'")},
      {"Applications_R109", given, Operator(), Create(kApplications),
       Created(kApplications,
               "auth_method: AUTH_METHOD_PASSWORD roles: 'account_owner' roles: 'user_manager'")},
      {"Service_R53", given, Service("super_admin"), Create(kMatrix), refused},
      {"User_R53", Scenario(given).User("root", "super_admin"), UserCaller("root"), Create(kMatrix),
       refused},
      {"NoPreset", given, Operator(), Create(event::v1::PRESET_UNSPECIFIED),
       "INVALID_FIELDS [preset: INVALID_VALUE]"},
      {"UnknownPreset", given, Operator(), Create(static_cast<Preset>(99)),
       "INVALID_FIELDS [preset: INVALID_VALUE]"},
      {"AllAtOnce_R2", given, Operator(), Create(kPortal, {}, ""),
       "INVALID_FIELDS [administrator.email: MISSING_FIELD, administrator.family_name: "
       "MISSING_FIELD, administrator.full_name: MISSING_FIELD, administrator.given_name: "
       "MISSING_FIELD, display_name: MISSING_FIELD]"},
      {"LongName", given, Operator(), Create(kMatrix, Person("root"), std::string(257, 'x')),
       "INVALID_FIELDS [display_name: INVALID_VALUE]"},
      {"UserNameRequired_R59", given, Operator(),
       Create(kTeams,
              [] {
                auto personal = Person("root");
                personal.clear_user_name();
                return personal;
              }()),
       "INVALID_FIELDS [administrator.user_name: MISSING_FIELD]"},
  };
}
INSTANTIATE_TEST_SUITE_P(Creations, AccountTest, testing::ValuesIn(Creations()), CaseName);

// The first administrator of every preset keeps the account manageable: they can't go (R48), and
// may create users (R1) after approval is required (R109).
TEST(FirstAdministratorTest, StaysAndCreates_R48_R109) {
  for (const Preset preset : {kPortal, kMatrix, kTeams, kWorkforce, kApplications}) {
    SCOPED_TRACE(event::v1::Preset_Name(preset));
    Scenario given(kMatrix);
    CreateAccount command = Create(preset, FullPerson());
    const auto outcome = Decide(given.world(), command, Operator());
    ASSERT_EQ(Describe(outcome.status()), "OK");
    given.Happened(*outcome, kDay0, "new");
    const Caller root = CallerOf(event::v1::Actor::KIND_USER, "root", "new");
    CreateUser create;
    create.account_id = "new";
    create.user_id = "ann";
    create.personal = FullPerson();
    create.personal.set_email("ann@example.com");
    create.personal.set_user_name("ann");
    if (preset == kMatrix) create.roles = {"super_admin"};
    const auto created = Decide(given.world(), create, root);
    EXPECT_EQ(Describe(created.status()), "OK");
    const DisableUser disable{{"new", "root", 0}};
    EXPECT_EQ(Describe(Decide(given.world(), disable, root)), "SELF_FORBIDDEN");
    EXPECT_EQ(Counter(given.world(), "new", "administrators/account.manage"), 1);
    EXPECT_EQ(Counter(given.world(), "new", "administrators/access.manage"), 1);
  }
}

UpdateAccountPolicy Update(std::vector<std::string> fields,
                           const std::function<void(AccountPolicy&)>& set,
                           uint64_t expected_revision = 0) {
  UpdateAccountPolicy command;
  command.account_id = kAccount;
  command.expected_revision = expected_revision;
  command.fields = std::move(fields);
  set(command.values);
  return command;
}

void Nothing(AccountPolicy& /*policy*/) {}
void Approval(AccountPolicy& policy) { policy.set_approval_required(true); }

// The change of a ROLE_MATRIX account's policy.
std::string Changed(const std::function<void(AccountPolicy&)>& change) {
  AccountPolicy to = PolicyOf(kMatrix);
  change(to);
  return absl::StrCat("account_policy_changed { account_id: 'acme' from { ",
                      Text(PolicyOf(kMatrix)), " } to { ", Text(to), " } }");
}

std::function<void(AccountPolicy&)> Window(int64_t seconds, int32_t nanos = 0) {
  return [=](AccountPolicy& policy) {
    policy.mutable_restore_window()->set_seconds(seconds);
    policy.mutable_restore_window()->set_nanos(nanos);
  };
}

std::vector<DecisionCase> PolicyCallers() {
  const Scenario given(kMatrix);
  const std::string refused = "PERMISSION_REQUIRED {permission: account.manage}";
  const auto approval = Update({"approval_required"}, Approval);
  return {
      {"SuperAdmin_R53", given, Service("super_admin"), approval, Changed(Approval)},
      {"Admin_R53", given, Service("admin"), approval, refused},
      {"Viewer_R53", given, Service("viewer"), approval, refused},
      {"Operator_R53", given, Operator(), approval, refused},
      {"Stranger_R53", given, Stranger(), approval, refused},
      {"OtherRevision", given, Service("super_admin"), Update({"approval_required"}, Approval, 2),
       "REVISION_MISMATCH {revision: 1}"},
      {"ThisRevision", given, Service("super_admin"), Update({"approval_required"}, Approval, 1),
       Changed(Approval)},
  };
}
INSTANTIATE_TEST_SUITE_P(PolicyCallers, AccountTest, testing::ValuesIn(PolicyCallers()), CaseName);

std::vector<DecisionCase> PolicyValues() {
  const Scenario given(kMatrix);
  const Caller caller = Service("super_admin");
  const auto wrong_window = "INVALID_FIELDS [policy.restore_window: INVALID_VALUE]";
  const auto holding = [](AccountPolicy& policy) {
    policy.set_role_holding(event::v1::ROLE_HOLDING_MANY);
  };
  const auto bad = [](AccountPolicy& policy) {
    policy.set_deletion(static_cast<event::v1::Deletion>(9));
    policy.set_default_auth_method(static_cast<event::v1::AuthMethod>(9));
    policy.mutable_restore_window()->set_seconds(-1);
  };
  return {
      {"SameValue", given, caller, Update({"approval_required"}, Nothing), "nothing"},
      {"SameWindow", given, caller, Update({"restore_window"}, Window(30 * kDaySeconds)),
       "nothing"},
      {"OnlyNamedFields", given, caller, Update({"hide_disabled"}, Approval), "nothing"},
      {"SwitchedOff_R38",
       Scenario(given).Policy([](AccountPolicy& policy) { policy.set_edit_while_disabled(true); }),
       caller, Update({"edit_while_disabled"}, Nothing),
       absl::StrCat(
           "account_policy_changed { account_id: 'acme' from { ",
           [] {
             AccountPolicy from = PolicyOf(kMatrix);
             from.set_edit_while_disabled(true);
             return Text(from);
           }(),
           " } to { ", Text(PolicyOf(kMatrix)), " } }")},
      {"RoleHolding_R51", given, caller, Update({"role_holding"}, holding),
       "IMMUTABLE_FIELD {field: role_holding}"},
      {"NoMask", given, caller, Update({}, Approval),
       "INVALID_FIELDS [update_mask: MISSING_FIELD]"},
      {"UnknownField", given, caller, Update({"colour"}, Nothing),
       "INVALID_FIELDS [update_mask.paths.0: UNKNOWN_FIELD]"},
      {"PartOfAField", given, caller, Update({"restore_window.seconds"}, Window(5)),
       "INVALID_FIELDS [update_mask.paths.0: UNKNOWN_FIELD]"},
      {"ShortestWindow_R33", given, caller, Update({"restore_window"}, Window(0)),
       Changed(Window(0))},
      {"LongestWindow_R33", given, caller, Update({"restore_window"}, Window(365 * kDaySeconds)),
       Changed(Window(365 * kDaySeconds))},
      {"TooLongWindow_R33", given, caller,
       Update({"restore_window"}, Window(365 * kDaySeconds + 1)), wrong_window},
      {"NegativeWindow_R33", given, caller, Update({"restore_window"}, Window(-1)), wrong_window},
      {"WindowWithNanos_R33", given, caller, Update({"restore_window"}, Window(5, 1)),
       wrong_window},
      // Absent is zero: the same policy, not another one.
      {"AbsentWindowIsZero", Scenario(given).Policy(Window(0)), caller,
       Update({"restore_window"}, Nothing), "nothing"},
      {"AllAtOnce_R2", given, caller,
       Update({"deletion", "default_auth_method", "restore_window"}, bad),
       "INVALID_FIELDS [policy.default_auth_method: INVALID_VALUE, policy.deletion: "
       "INVALID_VALUE, policy.restore_window: INVALID_VALUE]"},
      {"DeletionUnspecified", given, caller, Update({"deletion"}, Nothing),
       "INVALID_FIELDS [policy.deletion: INVALID_VALUE]"},
  };
}
INSTANTIATE_TEST_SUITE_P(PolicyValues, AccountTest, testing::ValuesIn(PolicyValues()), CaseName);

// A shorter window brings an erasure nearer, so it takes the permission to erase: super_admin holds
// it, administrator does not.
std::vector<DecisionCase> RestoreWindows() {
  const Scenario given(kPortal);
  const Caller administrator = Service("administrator");
  const std::string refused = "PERMISSION_REQUIRED {permission: users.erase}";
  const auto window = [](int64_t days) {
    return Update({"restore_window"}, Window(days * kDaySeconds));
  };
  const auto changed = [](int64_t days) {
    AccountPolicy to = PolicyOf(kPortal);
    Window(days * kDaySeconds)(to);
    return absl::StrCat("account_policy_changed { account_id: 'acme' from { ",
                        Text(PolicyOf(kPortal)), " } to { ", Text(to), " } }");
  };
  return {
      {"None_AM7", given, administrator, window(0), refused},
      {"Absent_AM7", given, administrator, Update({"restore_window"}, Nothing), refused},
      {"Shorter_AM7", given, administrator, window(29), refused},
      {"ShorterAmongOthers_AM7", given, administrator,
       Update({"approval_required", "restore_window"}, Window(0)), refused},
      {"Same_AM7", given, administrator, window(30), "nothing"},
      {"Longer_AM7", given, administrator, window(31), changed(31)},
      {"ShorterWithThePermission_AM7", given, Service("super_admin"), window(29), changed(29)},
  };
}
INSTANTIATE_TEST_SUITE_P(RestoreWindows, AccountTest, testing::ValuesIn(RestoreWindows()),
                         CaseName);

TEST(AccountFoldTest, PolicyChangeRaisesTheRevision_R107) {
  Scenario given(kMatrix);
  const auto before = given.account();
  EXPECT_EQ(before.revision(), 1);
  EXPECT_EQ(Text(before.policy()), Text(PolicyOf(kMatrix)));
  EXPECT_EQ(FromTimestamp(before.created_at()), kDay0);
  given.Policy(Approval);
  EXPECT_EQ(given.account().revision(), 2);
  EXPECT_TRUE(given.account().policy().approval_required());
  EXPECT_EQ(given.account().display_name(), before.display_name());
}

}  // namespace
}  // namespace roster::domain
