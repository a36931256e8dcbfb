// The presets that ask for user names and sign in through SSO, each walked in the order of its
// source, as far as it goes today: PROJECT_TEAMS (C), WORKFORCE (D). And what all presets share.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using event::v1::UserType;
using identity::v1::CreateUserRequest;
using identity::v1::DeleteUserRequest;
using identity::v1::DisableUserRequest;
using identity::v1::EnableUserRequest;
using identity::v1::RestoreUserRequest;
using Names = std::vector<std::string>;

// Source C: groups, projects, teams.
class ProjectTeamsTest : public testing::Test {
 protected:
  CreateUserRequest OfType(const std::string& name, UserType type) const {
    auto request = NewUser(home_.id, name);
    request.set_user_type(type);
    return request;
  }
  CreateUserRequest WithPassword(const std::string& name) const {
    auto request = NewUser(home_.id, name);
    request.set_auth_method(event::v1::AUTH_METHOD_PASSWORD);
    return request;
  }
  template <typename Request>
  std::string Do(const std::string& user_id) const {
    return Try(home_.client, About<Request>(home_.id, user_id));
  }

  const Home home_{event::v1::PRESET_PROJECT_TEAMS};
};

TEST_F(ProjectTeamsTest, OnlyAdministratorsManage_R53) {
  EXPECT_EQ(Try(home_.As({"auditor"}), NewUser(home_.id, "ann")),
            "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.create}");
  EXPECT_EQ(home_.Get(home_.administrator_id).user_type(), event::v1::USER_TYPE_ADMIN);
}

TEST_F(ProjectTeamsTest, UserTypes_R54) {
  const std::string admin = home_.Create(OfType("admin", event::v1::USER_TYPE_ADMIN));
  const std::string standard = home_.Create(NewUser(home_.id, "standard"));
  const std::string reader = home_.Create(OfType("reader", event::v1::USER_TYPE_READ_ONLY));
  EXPECT_EQ(home_.Get(standard).user_type(), event::v1::USER_TYPE_STANDARD);
  EXPECT_EQ(home_.Check(admin, "users.create"), "ALLOW USER_TYPE user_type_admin");
  EXPECT_EQ(home_.Check(admin, "projects.duplicate"), "ALLOW USER_TYPE user_type_admin");
  EXPECT_EQ(home_.Check(standard, "users.view"), "DENY NO_GRANT");
  EXPECT_EQ(home_.Check(reader, "users.view"), "DENY NO_GRANT");
  // A type takes the place of roles.
  EXPECT_EQ(Try(home_.client, NewUser(home_.id, "bob", {"auditor"})),
            "FAILED_PRECONDITION ROLE_BY_USER_TYPE");
  EXPECT_EQ(Try(home_.client, RoleChange(home_.id, standard, "auditor")),
            "FAILED_PRECONDITION ROLE_BY_USER_TYPE");
  EXPECT_EQ(Try(home_.client, OfType("bob", static_cast<UserType>(17))),
            "INVALID_ARGUMENT INVALID_FIELDS [user_type: INVALID_VALUE]");
}

TEST_F(ProjectTeamsTest, SsoByDefaultAndForGood_R56_R57) {
  const std::string sso = home_.Create("sso");
  const std::string password = home_.Create(WithPassword("password"));
  EXPECT_EQ(home_.Get(sso).auth_method(), event::v1::AUTH_METHOD_SSO);
  EXPECT_EQ(home_.Get(password).auth_method(), event::v1::AUTH_METHOD_PASSWORD);
  EXPECT_EQ(Try(home_.client, Update(home_.id, sso, "auth_method", "")),
            "INVALID_ARGUMENT IMMUTABLE_FIELD {field: auth_method}");
}

TEST_F(ProjectTeamsTest, RequiredFieldsAndUserName_R58_R59) {
  auto request = NewUser(home_.id, "ann");
  request.mutable_profile()->Clear();
  EXPECT_EQ(Try(home_.client, request),
            "INVALID_ARGUMENT INVALID_FIELDS [email: MISSING_FIELD, full_name: MISSING_FIELD, "
            "user_name: MISSING_FIELD]");
  const std::string ann = home_.Create("ann");
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann, "user_name", "anna")),
            "INVALID_ARGUMENT IMMUTABLE_FIELD {field: user_name}");
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann, "full_name", "Anna")), "OK");
}

TEST_F(ProjectTeamsTest, DeactivatedIsHidden_R60) {
  const std::string ann = home_.Create(OfType("ann", event::v1::USER_TYPE_ADMIN));
  EXPECT_EQ(Do<DisableUserRequest>(ann), "OK");
  EXPECT_EQ(home_.Names(), (Names{"first"}));
  EXPECT_EQ(home_.Names("status = DISABLED"), (Names{"ann"}));
  EXPECT_EQ(home_.Check(ann, "users.view"), "DENY USER_DISABLED");
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann, "title", "Lead")), "OK");
  EXPECT_EQ(Do<EnableUserRequest>(ann), "OK");
  EXPECT_EQ(home_.Names(), (Names{"ann", "first"}));
  EXPECT_EQ(home_.Check(ann, "users.view"), "ALLOW USER_TYPE user_type_admin");
}

TEST_F(ProjectTeamsTest, OnlyPendingUsersWithoutSsoAreDeleted_R63) {
  const std::string sso = home_.Create("sso");
  const std::string password = home_.Create(WithPassword("password"));
  EXPECT_EQ(Do<DeleteUserRequest>(sso), "FAILED_PRECONDITION SSO_USER");
  ASSERT_EQ(Do<DisableUserRequest>(password), "OK");
  EXPECT_EQ(Do<DeleteUserRequest>(password), "FAILED_PRECONDITION USER_NOT_PENDING");
  ASSERT_EQ(Do<EnableUserRequest>(password), "OK");
  EXPECT_EQ(Do<DeleteUserRequest>(password), "OK");
  EXPECT_EQ(home_.Names("status = DELETED"), (Names{"password"}));
  EXPECT_EQ(Do<RestoreUserRequest>(password), "OK");
  EXPECT_EQ(home_.Names("status = PENDING"), (Names{"first", "password", "sso"}));
}

TEST_F(ProjectTeamsTest, LastAdministrator_R48) {
  EXPECT_EQ(Do<DisableUserRequest>(home_.administrator_id),
            "FAILED_PRECONDITION LAST_ADMINISTRATOR {permission: account.manage}");
  home_.Create(OfType("second", event::v1::USER_TYPE_ADMIN));
  EXPECT_EQ(Do<DisableUserRequest>(home_.administrator_id), "OK");
}

// Source D: workforce.
class WorkforceTest : public testing::Test {
 protected:
  template <typename Request>
  std::string Do(const std::string& user_id) const {
    return Try(home_.client, About<Request>(home_.id, user_id));
  }

  const Home home_{event::v1::PRESET_WORKFORCE};
};

TEST_F(WorkforceTest, ImportAndUniqueUserNames_R80_R81_R83_R86) {
  const std::string ann = home_.Create("ann", {"lifecycle_user"});
  const auto imported = ImportFile(home_.client, FourColumns(home_.id),
                                   "Ann,ann2@example.org,ANN,\n"
                                   "Bob,bob@example.org,bob,Lifecycle User\n"
                                   "Cid,cid@example.org,,lifecycle_user\n"
                                   "Dee,dee@example.org,dee,\n"
                                   "Eve,eve@example.org,eve,collaboration_user\n");
  ASSERT_EQ(imported.result.Text(), "OK");
  Names outcomes;
  for (const auto& row : imported.rows) outcomes.push_back(OutcomeOf(row));
  EXPECT_EQ(outcomes, (Names{"USERNAME_TAKEN", "created", "MISSING_FIELD user_name", "created",
                             "ROLE_NOT_FOUND"}));
  // Usable at once; who has no role may do nothing (R87).
  EXPECT_EQ(home_.Check(imported.rows[1].user_id(), "tasks.view"), "ALLOW ROLE lifecycle_user");
  EXPECT_EQ(home_.Check(imported.rows[3].user_id(), "tasks.view"), "DENY NO_ROLE");
  EXPECT_EQ(home_.Get(ann).auth_method(), event::v1::AUTH_METHOD_SSO);
}

TEST_F(WorkforceTest, CreationRequiresAUserName_R2_R87) {
  auto request = NewUser(home_.id, "ann", {"lifecycle_user", "auditor"});
  request.mutable_profile()->clear_user_name();
  EXPECT_EQ(Try(home_.client, request),
            "INVALID_ARGUMENT INVALID_FIELDS [user_name: MISSING_FIELD]");
  request.mutable_profile()->set_user_name("ann");
  const std::string ann = home_.Create(request);
  EXPECT_EQ(home_.Get(ann).roles_size(), 2);
  EXPECT_EQ(Try(home_.client, RoleChange(home_.id, ann, "lifecycle_user")),
            "FAILED_PRECONDITION MULTIPLE_ROLES");
  EXPECT_EQ(Try(home_.client, NewUser(home_.id, "bob", {"collaboration_user"})),
            "NOT_FOUND ROLE_NOT_FOUND {role: collaboration_user}");
  EXPECT_EQ(home_.Check(home_.Create("cid"), "tasks.view"), "DENY NO_ROLE");
}

TEST_F(WorkforceTest, EnablingAndDisabling_R60_R88_R101) {
  const std::string ann = home_.Create("ann", {"lifecycle_user"});
  EXPECT_EQ(home_.Names("status = PENDING"), (Names{"ann", "first"}));
  EXPECT_EQ(home_.Names("status = ACTIVE"), (Names{}));
  EXPECT_EQ(Do<EnableUserRequest>(ann), "OK unchanged");
  EXPECT_EQ(Do<DisableUserRequest>(ann), "OK");
  EXPECT_EQ(home_.Check(ann, "tasks.view"), "DENY USER_DISABLED");
  EXPECT_EQ(home_.Names("status = DISABLED"), (Names{"ann"}));
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann, "title", "Lead")), "OK");
  EXPECT_EQ(Do<EnableUserRequest>(ann), "OK");
  EXPECT_EQ(home_.Check(ann, "tasks.view"), "ALLOW ROLE lifecycle_user");
}

TEST_F(WorkforceTest, NobodyIsDeleted) {
  const std::string ann = home_.Create("ann", {"lifecycle_user"});
  EXPECT_EQ(Do<DeleteUserRequest>(ann), "FAILED_PRECONDITION DELETION_DISABLED");
  EXPECT_EQ(Do<DisableUserRequest>(home_.administrator_id),
            "FAILED_PRECONDITION LAST_ADMINISTRATOR {permission: account.manage}");
}

// The policy that comes with each preset, as the table of the design has it.
struct PolicyRow {
  Preset preset;
  const char* policy;
};

const PolicyRow kPolicies[] = {
    {event::v1::PRESET_CLIENT_PORTAL,
     "deletion: DELETION_ANY restore_window { seconds: 2592000 } "
     "default_auth_method: AUTH_METHOD_PASSWORD names_required: true "
     "role_holding: ROLE_HOLDING_ONE"},
    {event::v1::PRESET_ROLE_MATRIX,
     "deletion: DELETION_ANY restore_window { seconds: 2592000 } "
     "default_auth_method: AUTH_METHOD_PASSWORD role_required: true "
     "role_holding: ROLE_HOLDING_ONE"},
    {event::v1::PRESET_PROJECT_TEAMS,
     "deletion: DELETION_PENDING_ONLY restore_window { seconds: 2592000 } "
     "edit_while_disabled: true default_auth_method: AUTH_METHOD_SSO user_name_required: true "
     "role_holding: ROLE_HOLDING_BY_USER_TYPE hide_disabled: true"},
    {event::v1::PRESET_WORKFORCE,
     "deletion: DELETION_NONE restore_window { seconds: 2592000 } edit_while_disabled: true "
     "default_auth_method: AUTH_METHOD_SSO user_name_required: true role_required: true "
     "role_holding: ROLE_HOLDING_MANY"},
    {event::v1::PRESET_APPLICATIONS,
     "deletion: DELETION_ANY restore_window { } edit_while_disabled: true "
     "default_auth_method: AUTH_METHOD_PASSWORD role_holding: ROLE_HOLDING_MANY "
     "approval_required: true"},
};

class PolicyTest : public testing::TestWithParam<PolicyRow> {};

TEST_P(PolicyTest, ComesWithThePreset) {
  const Home home(GetParam().preset);
  const auto read = home.client.Call(In<identity::v1::GetAccountRequest>(home.id));
  ASSERT_EQ(read.Text(), "OK");
  EXPECT_EQ(read->account().policy().ShortDebugString(), GetParam().policy);
  EXPECT_EQ(read->account().preset(), GetParam().preset);
  EXPECT_EQ(read->account().revision(), 1U);
  EXPECT_EQ(read->account().display_name(), "Example Works");
}

TEST_P(PolicyTest, ChangesFieldByField_R107) {
  const Home home(GetParam().preset);
  auto request = In<identity::v1::UpdateAccountPolicyRequest>(home.id);
  EXPECT_EQ(Try(home.client, request),
            "INVALID_ARGUMENT INVALID_FIELDS [update_mask: MISSING_FIELD]");
  request.mutable_update_mask()->add_paths("role_holding");
  EXPECT_EQ(Try(home.client, request), "INVALID_ARGUMENT IMMUTABLE_FIELD {field: role_holding}");
  request.mutable_update_mask()->set_paths(0, "deletion");
  EXPECT_EQ(Try(home.client, request),
            "INVALID_ARGUMENT INVALID_FIELDS [policy.deletion: INVALID_VALUE]");
  request.mutable_policy()->set_deletion(event::v1::DELETION_ANY);
  request.mutable_policy()->set_hide_disabled(true);  // not named by the mask
  request.mutable_update_mask()->add_paths("restore_window");
  request.mutable_policy()->mutable_restore_window()->set_seconds(60);
  ASSERT_EQ(Try(home.client, request), "OK");
  const auto read = home.client.Call(In<identity::v1::GetAccountRequest>(home.id));
  const auto& policy = read->account().policy();
  EXPECT_EQ(policy.deletion(), event::v1::DELETION_ANY);
  EXPECT_EQ(policy.restore_window().seconds(), 60);
  EXPECT_EQ(policy.hide_disabled(), GetParam().preset == event::v1::PRESET_PROJECT_TEAMS);
  EXPECT_EQ(read->account().revision(), 2U);
  EXPECT_EQ(Try(home.client, request), "OK unchanged");
}

INSTANTIATE_TEST_SUITE_P(Presets, PolicyTest, testing::ValuesIn(kPolicies), [](const auto& info) {
  return event::v1::Preset_Name(info.param.preset).substr(sizeof("PRESET_") - 1);
});

TEST(CreateAccountTest, AllWrongFieldsAtOnce_R2) {
  identity::v1::CreateAccountRequest request;
  EXPECT_EQ(Try(SharedServer().op(), request),
            "INVALID_ARGUMENT INVALID_FIELDS [administrator.email: MISSING_FIELD, "
            "administrator.full_name: MISSING_FIELD, display_name: MISSING_FIELD, "
            "preset: INVALID_VALUE]");
}

}  // namespace
}  // namespace roster::api_test
