// Source B, the role matrix (ROLE_MATRIX): its table of actions and roles, through the server, with
// one service account a role. (R40-R44, R48, R50-R52)

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

// A column of the table.
struct Column {
  const char* role;
  const char* display_name;
  bool manages;  // creates, changes roles, removes
};

constexpr Column kColumns[] = {{"super_admin", "Super Admin", true},
                               {"admin", "Admin", true},
                               {"creator", "Creator", false},
                               {"viewer", "Viewer", false},
                               {"ecommerce_viewer", "Ecommerce Viewer", false}};

std::string Needs(const std::string& permission) {
  return "PERMISSION_DENIED PERMISSION_REQUIRED {permission: " + permission + "}";
}

class RoleMatrixTest : public testing::TestWithParam<Column> {
 protected:
  // What the table promises for an action that only some roles may do.
  static std::string Promised(const std::string& permission) {
    return GetParam().manages ? "OK" : Needs(permission);
  }

  const Home home_{event::v1::PRESET_ROLE_MATRIX};
  const Client caller_ = home_.As({GetParam().role});
};

TEST_P(RoleMatrixTest, ViewsAllUsers_R41) {
  const std::string ann = home_.Create("ann", {"viewer"});
  home_.Create("bob", {"super_admin"});
  const auto listed = caller_.Call(List(home_.id));
  ASSERT_EQ(listed.Text(), "OK");
  EXPECT_EQ(NamesOf(listed.response), (std::vector<std::string>{"first", "ann", "bob"}));
  const auto read = caller_.Call(About<identity::v1::GetUserRequest>(home_.id, ann));
  ASSERT_EQ(read.Text(), "OK");
  EXPECT_EQ(read->user().profile().full_name(), "ann Tester");
  EXPECT_EQ(read->user().profile().email(), "ann@example.org");
  EXPECT_EQ(read->user().roles(0), "viewer");
}

TEST_P(RoleMatrixTest, ViewsRoleDefinitions_R40_R42) {
  const auto listed = caller_.Call(In<access::v1::ListRolesRequest>(home_.id));
  ASSERT_EQ(listed.Text(), "OK");
  std::set<std::pair<std::string, std::string>> roles;
  for (const auto& role : listed->roles()) roles.emplace(role.role_id(), role.display_name());
  for (const Column& column : kColumns) {
    EXPECT_EQ(roles.count({column.role, column.display_name}), 1U) << column.role;
  }
  EXPECT_EQ(roles.size(), std::size(kColumns) + 2);  // and auditor and service_checker
}

TEST_P(RoleMatrixTest, CreatesUsers_R1_R43) {
  EXPECT_EQ(Try(caller_, NewUser(home_.id, "new", {"viewer"})), Promised("users.create"));
  EXPECT_EQ(home_.Names(), GetParam().manages ? (std::vector<std::string>{"first", "new"})
                                              : (std::vector<std::string>{"first"}));
}

TEST_P(RoleMatrixTest, ChangesAUsersRole_R44) {
  const std::string ann = home_.Create("ann", {"viewer"});
  EXPECT_EQ(Try(caller_, RoleChange(home_.id, ann, "creator")), Promised("users.change_role"));
  EXPECT_EQ(home_.Get(ann).roles(0), GetParam().manages ? "creator" : "viewer");
}

TEST_P(RoleMatrixTest, RemovesAUser_R48) {
  const std::string ann = home_.Create("ann", {"viewer"});
  EXPECT_EQ(Try(caller_, About<identity::v1::DeleteUserRequest>(home_.id, ann)),
            Promised("users.delete"));
  EXPECT_EQ(StatusOf(home_.Get(ann)), GetParam().manages ? "DELETED" : "PENDING");
}

TEST_P(RoleMatrixTest, KnowsWhatItMayDo_R52) {
  const auto answer = caller_.Call(access::v1::GetCallerCapabilitiesRequest());
  ASSERT_EQ(answer.Text(), "OK");
  EXPECT_EQ(answer->account_id(), home_.id);
  ASSERT_EQ(answer->roles_size(), 1);
  EXPECT_EQ(answer->roles(0), GetParam().role);
  const std::set<std::string> held(answer->permissions().begin(), answer->permissions().end());
  EXPECT_EQ(held.count("users.view") + held.count("roles.view"), 2U);
  for (const char* action : {"users.create", "users.change_role", "users.delete"}) {
    EXPECT_EQ(held.count(action) == 1, GetParam().manages) << action;
  }
}

// What the capabilities call assignable is what the server lets the caller assign, role by role.
TEST_P(RoleMatrixTest, AssignsWhatItSays_R44_R52) {
  const auto answer = caller_.Call(access::v1::GetCallerCapabilitiesRequest());
  const std::set<std::string> says(answer->assignable_roles().begin(),
                                   answer->assignable_roles().end());
  const std::string role(GetParam().role);
  EXPECT_EQ(says.size(), role == "super_admin" ? 7U : role == "admin" ? 6U : 0U);
  const std::string ann = home_.Create("ann", {"viewer"});
  const auto listed = home_.client.Call(In<access::v1::ListRolesRequest>(home_.id));
  ASSERT_EQ(listed->roles_size(), 7);
  for (const auto& other : listed->roles()) {
    const std::string& id = other.role_id();
    const std::string refusal = GetParam().manages
                                    ? "PERMISSION_DENIED ESCALATION {role: " + id + "}"
                                    : Needs("users.change_role");
    EXPECT_EQ(Try(caller_, RoleChange(home_.id, ann, id)), says.count(id) == 1 ? "OK" : refusal);
  }
}

TEST_P(RoleMatrixTest, ProfileSaysWhenAndByWhom_R50) {
  const absl::Time before = absl::Now();
  if (!GetParam().manages) return;  // these create nobody
  const auto created = caller_.Call(NewUser(home_.id, "new", {"viewer"}));
  ASSERT_EQ(created.Text(), "OK");
  const auto user = home_.Get(created->user().user_id());
  const auto self = caller_.Call(access::v1::GetCallerCapabilitiesRequest());
  EXPECT_EQ(user.created_by().kind(), event::v1::Actor::KIND_SERVICE_ACCOUNT);
  EXPECT_EQ(user.created_by().id(), self->service_account_id());
  const absl::Time at = absl::FromUnixSeconds(user.create_time().seconds()) +
                        absl::Nanoseconds(user.create_time().nanos());
  EXPECT_GE(at, before - absl::Seconds(1));
  EXPECT_LE(at, absl::Now() + absl::Seconds(1));
  // The first administrator came with the account, by the operator.
  EXPECT_EQ(home_.Get(home_.administrator_id).created_by().kind(), event::v1::Actor::KIND_OPERATOR);
}

INSTANTIATE_TEST_SUITE_P(Roles, RoleMatrixTest, testing::ValuesIn(kColumns),
                         [](const auto& info) { return std::string(info.param.role); });

// The rest of the source: creation, lists and details.
TEST(RoleMatrixPresetTest, CreationAndLists_R43_R51_R56) {
  const Home home(event::v1::PRESET_ROLE_MATRIX);
  EXPECT_EQ(home.Get(home.administrator_id).roles(0), "super_admin");
  EXPECT_EQ(Try(home.client, NewUser(home.id, "ann")), "FAILED_PRECONDITION ROLE_REQUIRED");
  auto request = NewUser(home.id, "ann", {"ecommerce_viewer"});
  request.mutable_profile()->clear_given_name();
  request.mutable_profile()->clear_family_name();
  request.mutable_profile()->clear_user_name();
  const std::string ann = home.Create(request);
  EXPECT_EQ(home.Get(ann).auth_method(), event::v1::AUTH_METHOD_PASSWORD);
  EXPECT_EQ(home.Check(ann, "store.view"), "ALLOW ROLE ecommerce_viewer");
  EXPECT_EQ(home.Check(ann, "content.view"), "DENY NO_GRANT");
  EXPECT_EQ(home.Names(), (std::vector<std::string>{"ann@example.org", "first"}));
  EXPECT_EQ(Try(home.client, About<identity::v1::DisableUserRequest>(home.id, ann)), "OK");
  EXPECT_EQ(Try(home.client, Update(home.id, ann, "title", "x")),
            "FAILED_PRECONDITION USER_DISABLED");
  EXPECT_EQ(Try(home.client, About<identity::v1::DeleteUserRequest>(home.id, ann)), "OK");
  EXPECT_EQ(home.Names(), (std::vector<std::string>{"first"}));
}

class RoleChangeTest : public testing::Test {
 protected:
  const Home home_{event::v1::PRESET_ROLE_MATRIX};
  const std::string ann_ = home_.Create("ann", {"viewer"});
};

TEST_F(RoleChangeTest, OneRoleChangedInPlace_R51) {
  EXPECT_EQ(Try(home_.client, RoleChange(home_.id, ann_, "creator")), "OK");
  const auto user = home_.Get(ann_);
  ASSERT_EQ(user.roles_size(), 1);
  EXPECT_EQ(user.roles(0), "creator");
  EXPECT_EQ(user.revision(), 2U);
  const uint64_t position = home_.server->Position();
  EXPECT_EQ(Try(home_.client, RoleChange(home_.id, ann_, "creator")), "OK unchanged");
  EXPECT_EQ(home_.server->Position(), position);
  EXPECT_EQ(Try(home_.client, NewUser(home_.id, "bob", {"viewer", "creator"})),
            "FAILED_PRECONDITION MULTIPLE_ROLES");
}

TEST_F(RoleChangeTest, UnknownRole_R40) {
  EXPECT_EQ(Try(home_.client, RoleChange(home_.id, ann_, "boss")),
            "NOT_FOUND ROLE_NOT_FOUND {role: boss}");
  EXPECT_EQ(Try(home_.client, NewUser(home_.id, "bob", {"boss"})),
            "NOT_FOUND ROLE_NOT_FOUND {role: boss}");
}

// R44: nobody hands out more than they may, by any path.
TEST_F(RoleChangeTest, AdminDoesNotEscalate_R44) {
  const Client admin = home_.As({"admin"});
  const std::string refused = "PERMISSION_DENIED ESCALATION {role: super_admin}";
  EXPECT_EQ(Try(admin, RoleChange(home_.id, ann_, "super_admin")), refused);
  EXPECT_EQ(Try(admin, NewUser(home_.id, "bob", {"super_admin"})), refused);
  EXPECT_EQ(Try(admin, Update(home_.id, home_.administrator_id, "email", "x@example.org")),
            refused);
  EXPECT_EQ(Try(admin, Update(home_.id, home_.administrator_id, "title", "Chief")), "OK");
  const std::string boss = home_.Create("boss", {"super_admin"});
  // Nor takes away from one that holds more, which could not be put right again (AL).
  EXPECT_EQ(Try(admin, RoleChange(home_.id, boss, "viewer")), refused);
  EXPECT_EQ(Try(admin, About<identity::v1::DisableUserRequest>(home_.id, boss)), refused);
  EXPECT_EQ(Try(admin, About<identity::v1::DeleteUserRequest>(home_.id, boss)), refused);
  EXPECT_EQ(Try(home_.client, About<identity::v1::DeleteUserRequest>(home_.id, boss)), "OK");
  EXPECT_EQ(Try(admin, About<identity::v1::RestoreUserRequest>(home_.id, boss)), refused);
  EXPECT_EQ(Try(home_.client, About<identity::v1::RestoreUserRequest>(home_.id, boss)), "OK");
}

// R48: an account is never left without an administrator.
TEST_F(RoleChangeTest, LastAdministratorStays_R48) {
  const std::string& first = home_.administrator_id;
  const auto refused = [](const char* permission) {
    return std::string("FAILED_PRECONDITION LAST_ADMINISTRATOR {permission: ") + permission + "}";
  };
  const auto lost = refused("account.manage");
  EXPECT_EQ(Try(home_.client, About<identity::v1::DeleteUserRequest>(home_.id, first)), lost);
  EXPECT_EQ(Try(home_.client, About<identity::v1::DisableUserRequest>(home_.id, first)), lost);
  EXPECT_EQ(Try(home_.client, RoleChange(home_.id, first, "admin")), lost);
  const std::string second = home_.Create("second", {"super_admin"});
  EXPECT_EQ(Try(home_.client, About<identity::v1::DisableUserRequest>(home_.id, second)), "OK");
  EXPECT_EQ(Try(home_.client, RoleChange(home_.id, first, "viewer")), lost);  // second is disabled
  EXPECT_EQ(Try(home_.client, About<identity::v1::EnableUserRequest>(home_.id, second)), "OK");
  EXPECT_EQ(Try(home_.client, RoleChange(home_.id, first, "viewer")), "OK");
  EXPECT_EQ(Try(home_.client, About<identity::v1::DeleteUserRequest>(home_.id, second)), lost);
}

}  // namespace
}  // namespace roster::api_test
