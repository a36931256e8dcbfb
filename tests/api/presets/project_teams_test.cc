// Source C, groups, projects and teams (PROJECT_TEAMS): user types and sign-in through SSO. Walked
// in the order of its source, as far as it goes today.

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
            "INVALID_ARGUMENT INVALID_FIELDS [profile.email: MISSING_FIELD, profile.full_name: "
            "MISSING_FIELD, "
            "profile.user_name: MISSING_FIELD]");
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

}  // namespace
}  // namespace roster::api_test
