// CreateUser (R1-R5, R43, R44, R56-R59, R81, R109).

#include "absl/strings/str_cat.h"
#include "domain/rows/codec.h"
#include "domain/rows/user_rows.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

using event::v1::PersonalData;

CreateUser Create(std::vector<std::string> roles = {}, PersonalData personal = Person("new")) {
  CreateUser command;
  command.account_id = kAccount;
  command.user_id = "new";
  command.personal = std::move(personal);
  command.roles = std::move(roles);
  return command;
}

CreateUser CreateTyped(event::v1::UserType type, std::vector<std::string> roles = {}) {
  CreateUser command = Create(std::move(roles));
  command.user_type = type;
  return command;
}

CreateUser CreateWith(event::v1::AuthMethod method, std::vector<std::string> roles = {}) {
  CreateUser command = Create(std::move(roles));
  command.auth_method = method;
  return command;
}

PersonalData Data(const std::string& full_name, const std::string& email,
                  const std::string& user_name = "") {
  PersonalData personal;
  personal.set_full_name(full_name);
  personal.set_email(email);
  personal.set_user_name(user_name);
  return personal;
}

PersonalData Named(const std::string& given_name, const std::string& family_name) {
  PersonalData personal = Person("new");
  personal.set_given_name(given_name);
  personal.set_family_name(family_name);
  return personal;
}

// The event of a new user, as text; `details` stands between method and approval.
std::string Created(
    const std::string& method, const std::string& details,
    const std::string& personal = "full_name: 'Full new' email: 'new@example.com' user_name: 'new'",
    bool approved = true) {
  return absl::StrCat("user_created { user_id: 'new' auth_method: AUTH_METHOD_", method, " ",
                      details, details.empty() ? "" : " ", approved ? "approved: true " : "",
                      "} personal { ", personal, " }");
}

class CreateUserTest : public testing::TestWithParam<DecisionCase> {};
TEST_P(CreateUserTest, Decides) { Verify(GetParam()); }

// R1, R43, R53: who may create.
std::vector<DecisionCase> Callers() {
  const Scenario matrix(kMatrix);
  const Scenario teams = Scenario(kTeams)
                             .Joined({"root", {}, event::v1::USER_TYPE_ADMIN})
                             .Joined({"worker", {}, event::v1::USER_TYPE_STANDARD});
  const Scenario people = Scenario(kMatrix)
                              .User("root", "super_admin")
                              .User("off", "super_admin")
                              .Disabled("off")
                              .User("gone", "super_admin")
                              .Deleted("gone");
  const std::string viewer = Created("PASSWORD", "roles: 'viewer'");
  const std::string refused = "PERMISSION_REQUIRED {permission: users.create}";
  return {
      {"SuperAdmin_R43", matrix, Service("super_admin"), Create({"viewer"}), viewer},
      {"Admin_R43", matrix, Service("admin"), Create({"viewer"}), viewer},
      {"Creator_R43", matrix, Service("creator"), Create({"viewer"}), refused},
      {"Viewer_R43", matrix, Service("viewer"), Create({"viewer"}), refused},
      {"EcommerceViewer_R43", matrix, Service("ecommerce_viewer"), Create({"viewer"}), refused},
      {"Auditor_R1", matrix, Service("auditor"), Create({"viewer"}), refused},
      {"ServiceChecker_R1", matrix, Service("service_checker"), Create({"viewer"}), refused},
      {"UnknownService_R1", matrix, Service("nobody"), Create({"viewer"}), refused},
      {"Administrator_R1", Scenario(kPortal), Service("administrator"),
       Create({}, Named("New", "One")),
       Created("PASSWORD", "",
               "full_name: 'Full new' given_name: 'New' family_name: 'One' "
               "email: 'new@example.com' user_name: 'new'")},
      {"Basic_R1", Scenario(kPortal), Service("basic"), Create({}, Named("New", "One")), refused},
      {"LifecycleAdmin_R1", Scenario(kWorkforce), Service("lifecycle_admin"),
       Create({"lifecycle_user"}), Created("SSO", "roles: 'lifecycle_user'")},
      {"AccountOwner_R103", Scenario(kApplications), Service("account_owner"), Create(), refused},
      {"AdminType_R53", teams, UserCaller("root"), Create(),
       Created("SSO", "user_type: USER_TYPE_STANDARD")},
      {"StandardType_R53", teams, UserCaller("worker"), Create(), refused},
      {"User_R43", people, UserCaller("root"), Create({"viewer"}), viewer},
      {"DisabledUser_R60", people, UserCaller("off"), Create({"viewer"}), refused},
      {"DeletedUser_R60", people, UserCaller("gone"), Create({"viewer"}), refused},
      {"UnknownUser_R1", people, UserCaller("nobody"), Create({"viewer"}), refused},
      {"OtherAccount_R53", matrix, Stranger(), Create({"viewer"}), refused},
      {"Operator_R53", matrix, Operator(), Create({"viewer"}), refused},
  };
}
INSTANTIATE_TEST_SUITE_P(Callers, CreateUserTest, testing::ValuesIn(Callers()), CaseName);

// R2, R59: what is wrong is told all at once, by what the preset requires.
std::vector<DecisionCase> Fields() {
  const Scenario portal(kPortal);
  const Scenario matrix(kMatrix);
  const Caller caller = Service("super_admin");
  const std::string long_text(257, 'x');
  PersonalData all_wrong = Data(long_text, "new@example.com", "a\nb");
  all_wrong.set_given_name("\xff");
  all_wrong.set_family_name(long_text);
  all_wrong.set_title(long_text);
  PersonalData title = Person("new");
  title.set_title("Head of\nSales");
  CreateUser methods = Create({}, Data("", "@"));
  methods.auth_method = static_cast<event::v1::AuthMethod>(77);
  methods.user_type = event::v1::USER_TYPE_ADMIN;
  const std::string missing = "INVALID_FIELDS [profile.email: MISSING_FIELD, ";
  return {
      {"PortalNothing_R2", portal, caller, Create({}, {}),
       missing + "profile.family_name: MISSING_FIELD, profile.full_name: MISSING_FIELD, "
                 "profile.given_name: MISSING_FIELD]"},
      {"MatrixNothing_R2", matrix, caller, Create({}, {}),
       missing + "profile.full_name: MISSING_FIELD]"},
      {"TeamsNothing_R59", Scenario(kTeams).Joined({"root", {}, event::v1::USER_TYPE_ADMIN}),
       UserCaller("root"), Create({}, {}),
       missing + "profile.full_name: MISSING_FIELD, profile.user_name: MISSING_FIELD]"},
      {"WorkforceNothing_R59", Scenario(kWorkforce), caller, Create({}, {}),
       missing + "profile.full_name: MISSING_FIELD, profile.user_name: MISSING_FIELD]"},
      {"ApplicationsNothing_R2", Scenario(kApplications), caller, Create({}, {}),
       missing + "profile.full_name: MISSING_FIELD]"},
      {"PortalNoFamilyName_R2", portal, caller, Create({}, Named("New", "")),
       "INVALID_FIELDS [profile.family_name: MISSING_FIELD]"},
      {"PortalNoGivenName_R2", portal, caller, Create({}, Named("", "One")),
       "INVALID_FIELDS [profile.given_name: MISSING_FIELD]"},
      {"BadEmail_R2", matrix, caller, Create({"viewer"}, Data("New", "new.example.com")),
       "INVALID_FIELDS [profile.email: INVALID_EMAIL]"},
      {"Longest_R2", matrix, caller,
       Create({"viewer"}, Data(std::string(256, 'x'), "new@example.com", "new")),
       Created("PASSWORD", "roles: 'viewer'",
               absl::StrCat("full_name: '", std::string(256, 'x'),
                            "' email: 'new@example.com' user_name: 'new'"))},
      {"EveryFieldWrong_R2", matrix, caller, Create({}, all_wrong),
       "INVALID_FIELDS [profile.family_name: INVALID_VALUE, profile.full_name: INVALID_VALUE, "
       "profile.given_name: INVALID_VALUE, profile.title: INVALID_VALUE, profile.user_name: "
       "INVALID_VALUE]"},
      {"TitleMayHaveLines_R2", matrix, caller, Create({"viewer"}, title),
       Created("PASSWORD", "roles: 'viewer'",
               "full_name: 'Full new' email: 'new@example.com' user_name: 'new' "
               "title: 'Head of\\nSales'")},
      {"MethodAndTypeToo_R2", matrix, caller, methods,
       "INVALID_FIELDS [auth_method: INVALID_VALUE, profile.email: INVALID_EMAIL, "
       "profile.full_name: MISSING_FIELD, user_type: INVALID_VALUE]"},
      {"FieldsBeforeRoles_R2", matrix, caller, Create({"no_such_role"}, Data("", "a@b.cd")),
       "INVALID_FIELDS [profile.full_name: MISSING_FIELD, roles.0: ROLE_NOT_FOUND]"},
      {"EmailServesAsUserName_R2", matrix, caller,
       Create({"viewer"}, Data("New", "New@Example.com")),
       Created("PASSWORD", "roles: 'viewer'",
               "full_name: 'New' email: 'New@Example.com' user_name: 'New@Example.com'")},
  };
}
INSTANTIATE_TEST_SUITE_P(Fields, CreateUserTest, testing::ValuesIn(Fields()), CaseName);

// R3, R4, R81: emails and user names are unique, deleted users' included.
std::vector<DecisionCase> Uniqueness() {
  const Scenario live = Scenario(kMatrix).User("ann", "viewer");
  const Scenario deleted = Scenario(live).Deleted("ann");
  const Scenario renamed =
      Scenario(kMatrix).Joined({"ann", {"viewer"}}, Data("A", "ÄNN@ex.com", "ß"));
  const Caller caller = Service("super_admin");
  const auto with = [](const std::string& email, const std::string& user_name = "") {
    return Create({"viewer"}, Data("New", email, user_name));
  };
  const auto created = [](const std::string& email, const std::string& user_name) {
    return Created("PASSWORD", "roles: 'viewer'",
                   "full_name: 'New' email: '" + email + "' user_name: '" + user_name + "'");
  };
  const std::string email_taken = "EMAIL_TAKEN {user_id: ann}";
  const std::string name_taken = "USERNAME_TAKEN {user_id: ann}";
  const std::string restorable = absl::StrCat(
      "BELONGS_TO_DELETED_USER {restorable_until: ", kRestorableUntil, ", user_id: ann}");
  return {
      {"SameEmail_R3", live, caller, with("ann@example.com", "new"), email_taken},
      {"EmailInOtherCase_R3", live, caller, with("ANN@Example.COM", "new"), email_taken},
      {"EmailFirst_R3", live, caller, with("ann@example.com", "ann"), email_taken},
      {"DisabledOwner_R3", Scenario(live).Disabled("ann"), caller, with("ann@example.com", "new"),
       email_taken},
      {"OtherEmail_R3", live, caller, with("ann@example.org", "new"),
       created("ann@example.org", "new")},
      {"OtherAccountsEmail_R3", live, caller, with("eve@example.com", "eve"),
       created("eve@example.com", "eve")},
      {"DeletedEmail_R4", deleted, caller, with("Ann@example.com", "new"), restorable},
      {"DeletedUserName_R4", deleted, caller, with("new@example.com", "Ann"), restorable},
      {"AnotherUserName_R4", deleted, caller, with("new@example.com", "new"),
       created("new@example.com", "new")},
      {"StillReservedAfterTheWindow_R4", deleted, caller, with("ann@example.com", "new"),
       restorable, kDay0 + 31 * kDay},
      {"RestoredOwner_R4", Scenario(deleted).Restored("ann"), caller,
       with("ann@example.com", "new"), email_taken},
      {"SameUserName_R81", live, caller, with("new@example.com", "ann"), name_taken},
      {"UserNameInOtherCase_R81", live, caller, with("new@example.com", "aNN"), name_taken},
      {"UserNameWithBlanks_R81", live, caller, with("new@example.com", " ann "), name_taken},
      {"EmailAsTakenUserName_R81",
       Scenario(kMatrix).Joined({"ann", {"viewer"}}, Data("A", "a@b.cd", "new@example.com")),
       caller, with("new@example.com"), email_taken},
      {"BeyondAsciiToo_R3", renamed, caller, with("änn@ex.com", "new"), email_taken},
      {"BeyondAsciiToo_R81", renamed, caller, with("new@ex.com", "SS"), name_taken},
  };
}
INSTANTIATE_TEST_SUITE_P(Uniqueness, CreateUserTest, testing::ValuesIn(Uniqueness()), CaseName);

// How roles are held, by policy (R5, R51, R54).
std::vector<DecisionCase> Roles() {
  const Scenario matrix(kMatrix);
  const Scenario workforce(kWorkforce);
  const Scenario applications(kApplications);
  const Scenario teams = Scenario(kTeams).Joined({"root", {}, event::v1::USER_TYPE_ADMIN});
  const Caller caller = Service("super_admin");
  const Caller root = UserCaller("root");
  const std::vector<std::string> many(101, "basic");
  return {
      {"NoneWhereOneIsRequired_R51", matrix, caller, Create(), "ROLE_REQUIRED"},
      {"TwoWhereOneIsHeld_R51", matrix, caller, Create({"viewer", "creator"}), "MULTIPLE_ROLES"},
      {"NoneInPortal_R5", Scenario(kPortal), caller, Create({}, Named("New", "One")),
       Created("PASSWORD", "",
               "full_name: 'Full new' given_name: 'New' family_name: 'One' "
               "email: 'new@example.com' user_name: 'new'")},
      {"TwoInPortal_R51", Scenario(kPortal), caller,
       Create({"basic", "auditor"}, Named("New", "One")), "MULTIPLE_ROLES"},
      {"NoneInWorkforce_R87", workforce, caller, Create(), Created("SSO", "")},
      {"TwoInWorkforce", workforce, caller, Create({"auditor", "lifecycle_user"}),
       Created("SSO", "roles: 'auditor' roles: 'lifecycle_user'")},
      {"TooMany", workforce, caller, Create(many), "LIMIT_EXCEEDED {limit: roles, value: 100}"},
      {"Unknown_R40", matrix, caller, Create({"boss"}), "ROLE_NOT_FOUND {role: boss}"},
      {"OfAnotherPreset_R40", matrix, caller, Create({"administrator"}),
       "ROLE_NOT_FOUND {role: administrator}"},
      {"ApplicationLevel_R116", applications, caller, Create({"admin"}),
       "ROLE_NOT_FOUND {role: admin, why: it is given within an application or a project}"},
      {"CollaborationLevel_R102", workforce, caller, Create({"collaboration_user"}),
       "ROLE_NOT_FOUND {role: collaboration_user, why: it is given within an application or a "
       "project}"},
      {"UserTypeAsRole_R54", teams, root, Create({"user_type_admin"}), "ROLE_BY_USER_TYPE"},
      {"RoleBesideType_R54", teams, root, CreateTyped(event::v1::USER_TYPE_ADMIN, {"auditor"}),
       "ROLE_BY_USER_TYPE"},
      {"AdminType_R54", teams, root, CreateTyped(event::v1::USER_TYPE_ADMIN),
       Created("SSO", "user_type: USER_TYPE_ADMIN")},
      {"ReadOnlyType_R54", teams, root, CreateTyped(event::v1::USER_TYPE_READ_ONLY),
       Created("SSO", "user_type: USER_TYPE_READ_ONLY")},
      {"StandardByDefault_R54", teams, root, CreateTyped(event::v1::USER_TYPE_UNSPECIFIED),
       Created("SSO", "user_type: USER_TYPE_STANDARD")},
      {"UnknownType_R54", teams, root, CreateTyped(static_cast<event::v1::UserType>(9)),
       "INVALID_FIELDS [user_type: INVALID_VALUE]"},
      {"TypeWhereThereAreNone_R54", matrix, caller,
       CreateTyped(event::v1::USER_TYPE_STANDARD, {"viewer"}),
       "INVALID_FIELDS [user_type: INVALID_VALUE]"},
      {"RolesBeforeUniqueness", Scenario(kMatrix).User("new", "viewer"), caller, Create(),
       "ROLE_REQUIRED"},
  };
}
INSTANTIATE_TEST_SUITE_P(Roles, CreateUserTest, testing::ValuesIn(Roles()), CaseName);

// R44: nobody hands out what they lack, unless their role names the role.
std::vector<DecisionCase> Escalation() {
  const Scenario matrix(kMatrix);
  const Scenario portal(kPortal);
  const Scenario workforce(kWorkforce);
  const Scenario applications(kApplications);
  const PersonalData named = Named("New", "One");
  const auto given = [&](const std::string& role) {
    return Created("PASSWORD", "roles: '" + role + "'");
  };
  const auto unapproved = [](const std::string& role) {
    return Created("PASSWORD", "roles: '" + role + "'",
                   "full_name: 'Full new' email: 'new@example.com' user_name: 'new'", false);
  };
  const auto refused = [](const std::string& role) { return "ESCALATION {role: " + role + "}"; };
  return {
      {"SuperAdminGivesSuperAdmin_R44", matrix, Service("super_admin"), Create({"super_admin"}),
       given("super_admin")},
      {"AdminGivesSuperAdmin_R44", matrix, Service("admin"), Create({"super_admin"}),
       refused("super_admin")},
      {"AdminGivesAdmin_R44", matrix, Service("admin"), Create({"admin"}), given("admin")},
      // An admin lacks audit.read and access.check: may_assign names these roles.
      {"AdminGivesAuditor_R44", matrix, Service("admin"), Create({"auditor"}), given("auditor")},
      {"AdminGivesChecker_R44", matrix, Service("admin"), Create({"service_checker"}),
       given("service_checker")},
      {"AdministratorGivesSuperAdmin_R44", portal, Service("administrator"),
       Create({"super_admin"}, named), refused("super_admin")},
      {"LifecycleAdminGivesSuperAdmin_R44", workforce, Service("lifecycle_admin"),
       Create({"super_admin"}), Created("SSO", "roles: 'super_admin'")},
      {"ManagerGivesOwner_R44", applications, Service("user_manager"), Create({"account_owner"}),
       unapproved("account_owner")},
      {"ManagerGivesManager_R44", applications, Service("user_manager"), Create({"user_manager"}),
       unapproved("user_manager")},
      {"ManagerGivesSuperAdmin_R44", applications, Service("user_manager"), Create({"super_admin"}),
       refused("super_admin")},
      // A manager lacks audit.read, and no role of theirs names the auditor.
      {"ManagerGivesAuditor_R44", applications, Service("user_manager"), Create({"auditor"}),
       refused("auditor")},
      // All that the checker may do, the manager may too.
      {"ManagerGivesChecker_R44", applications, Service("user_manager"),
       Create({"service_checker"}), unapproved("service_checker")},
      {"OneOfTwo_R44", applications, Service("user_manager"),
       Create({"user_manager", "super_admin"}), refused("super_admin")},
      // Feature permissions are not administrative: an admin lacks content.view.
      {"AdminGivesFeature_R44", matrix, Service("admin"), Create({"viewer"}), given("viewer")},
      {"BeforeUniqueness_R44", Scenario(kMatrix).User("new", "viewer"), Service("admin"),
       Create({"super_admin"}), refused("super_admin")},
  };
}
INSTANTIATE_TEST_SUITE_P(Escalation, CreateUserTest, testing::ValuesIn(Escalation()), CaseName);

// R56, R57: the method is chosen at creation, by default the policy's. R109: so is approval.
std::vector<DecisionCase> MethodAndApproval() {
  const Scenario teams = Scenario(kTeams).Joined({"root", {}, event::v1::USER_TYPE_ADMIN});
  const Caller root = UserCaller("root");
  const Caller caller = Service("super_admin");
  const Scenario approving = Scenario(kMatrix).Policy(
      [](event::v1::AccountPolicy& policy) { policy.set_approval_required(true); });
  const std::string personal = "full_name: 'Full new' email: 'new@example.com' user_name: 'new'";
  const std::string standard = "user_type: USER_TYPE_STANDARD";
  return {
      {"SsoByDefaultInTeams_R56", teams, root, Create(), Created("SSO", standard)},
      {"PasswordInTeams_R56", teams, root, CreateWith(event::v1::AUTH_METHOD_PASSWORD),
       Created("PASSWORD", standard)},
      {"PasswordByDefaultInMatrix_R56", Scenario(kMatrix), caller, Create({"viewer"}),
       Created("PASSWORD", "roles: 'viewer'")},
      {"SsoInMatrix_R56", Scenario(kMatrix), caller,
       CreateWith(event::v1::AUTH_METHOD_SSO, {"viewer"}), Created("SSO", "roles: 'viewer'")},
      {"SsoByDefaultInWorkforce_R56", Scenario(kWorkforce), caller, Create(), Created("SSO", "")},
      {"ApprovedWhereNotRequired_R109", Scenario(kMatrix), caller, Create({"viewer"}),
       Created("PASSWORD", "roles: 'viewer'")},
      {"NotApprovedWhereRequired_R109", approving, caller, Create({"viewer"}),
       Created("PASSWORD", "roles: 'viewer'", personal, false)},
      {"NotApprovedInApplications_R109", Scenario(kApplications), Service("user_manager"), Create(),
       Created("PASSWORD", "", personal, false)},
  };
}
INSTANTIATE_TEST_SUITE_P(MethodAndApproval, CreateUserTest, testing::ValuesIn(MethodAndApproval()),
                         CaseName);

// R5, R50: the record first, without access; it says who created the user and when.
TEST(CreatedUserTest, Row_R5_R39_R50) {
  Scenario given(kPortal);
  const auto outcome =
      Decide(given.world(), Create({}, Named("New", "One")), Service("administrator"));
  ASSERT_EQ(Describe(outcome.status()), "OK");
  given.Happened(*outcome, kDay0 + kDay);
  const auto row = given.user("new");
  EXPECT_EQ(given.StatusOf("new"), "PENDING");
  EXPECT_EQ(row.revision(), 1);
  EXPECT_EQ(FromTimestamp(row.created_at()), kDay0 + kDay);
  EXPECT_EQ(FromTimestamp(row.updated_at()), kDay0 + kDay);
  EXPECT_EQ(Text(row.created_by()), "kind: KIND_OPERATOR");  // the actor of the scenario's commits
  EXPECT_EQ(row.created_position(), given.world().position());
  EXPECT_EQ(row.roles_size(), 0);
  EXPECT_EQ(FindUserByEmail(given.world(), kAccount, "NEW@example.com")->user_id(), "new");
  EXPECT_EQ(FindUserByUserName(given.world(), kAccount, "NEW")->user_id(), "new");
}

}  // namespace
}  // namespace roster::domain
