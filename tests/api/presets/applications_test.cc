// Source E, applications (APPLICATIONS): two account roles, approval, permanent deletion. Walked
// in the order of its source, as far as it goes today.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using identity::v1::DeleteUserRequest;
using identity::v1::DisableUserRequest;
using identity::v1::EnableUserRequest;
using identity::v1::RestoreUserRequest;
using Names = std::vector<std::string>;

identity::v1::UpdateAccountPolicyRequest ApprovalRequired(const Home& home, bool required) {
  auto request = In<identity::v1::UpdateAccountPolicyRequest>(home.id);
  request.mutable_policy()->set_approval_required(required);
  request.mutable_update_mask()->add_paths("approval_required");
  return request;
}

class ApplicationsTest : public testing::Test {
 protected:
  const Home home_{event::v1::PRESET_APPLICATIONS};
  const Client manager_ = home_.As({"user_manager"});
};

TEST_F(ApplicationsTest, UserManagementNeedsAnAccountRole_R103_R113) {
  const auto first = home_.Get(home_.administrator_id);
  ASSERT_EQ(first.roles_size(), 2);
  EXPECT_EQ(first.roles(0) + " " + first.roles(1), "account_owner user_manager");
  EXPECT_TRUE(first.approved());
  const Client owner = home_.As({"account_owner"});
  EXPECT_EQ(Try(home_.As({}), NewUser(home_.id, "ann")),
            "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.create}");
  EXPECT_EQ(Try(owner, NewUser(home_.id, "ann")),
            "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.create}");
  EXPECT_EQ(Try(manager_, ApprovalRequired(home_, false)),
            "PERMISSION_DENIED PERMISSION_REQUIRED {permission: account.manage}");
  EXPECT_EQ(Try(owner, ApprovalRequired(home_, false)), "OK");
}

TEST_F(ApplicationsTest, EnabledFlag_R104_R105) {
  const std::string ann = home_.Create("ann");
  EXPECT_EQ(home_.Get(ann).profile().full_name(), "ann Tester");
  EXPECT_EQ(StatusOf(home_.Get(ann)), "PENDING");
  EXPECT_EQ(Try(manager_, About<DisableUserRequest>(home_.id, ann)), "OK");
  EXPECT_EQ(home_.Check(ann, "users.view"), "DENY USER_DISABLED");
  EXPECT_EQ(home_.Names(), (Names{"ann", "first"}));
  // Both flags are switched on one page: details stay editable.
  EXPECT_EQ(Try(manager_, Update(home_.id, ann, "full_name", "Ann")), "OK");
  EXPECT_EQ(Try(manager_, About<EnableUserRequest>(home_.id, ann)), "OK");
  EXPECT_FALSE(home_.Get(ann).approved());  // the other flag is another matter
}

TEST_F(ApplicationsTest, ApprovalGate_R107_R108_R109) {
  const std::string ann = home_.Create("ann", {"user_manager"});
  EXPECT_FALSE(home_.Get(ann).approved());
  EXPECT_EQ(home_.Check(ann, "users.view"), "DENY APPROVAL_PENDING");
  EXPECT_EQ(home_.Check(home_.administrator_id, "users.view"), "ALLOW ROLE account_owner");
  EXPECT_EQ(Try(home_.client, ApprovalRequired(home_, false)), "OK");
  EXPECT_EQ(home_.Check(ann, "users.view"), "ALLOW ROLE user_manager");
  const std::string bob = home_.Create("bob", {"user_manager"});
  EXPECT_TRUE(home_.Get(bob).approved());
  // On again: not retroactive for bob; ann was never approved.
  EXPECT_EQ(Try(home_.client, ApprovalRequired(home_, true)), "OK");
  EXPECT_EQ(home_.Check(bob, "users.view"), "ALLOW ROLE user_manager");
  EXPECT_EQ(home_.Check(ann, "users.view"), "DENY APPROVAL_PENDING");
  EXPECT_FALSE(home_.Get(ann).approved());
}

TEST_F(ApplicationsTest, ApprovalIsGivenAndTakenBackAtAnyTime_R111) {
  const std::string ann = home_.Create("ann", {"user_manager"});
  const auto approve = About<identity::v1::ApproveUserRequest>(home_.id, ann);
  const auto revoke = About<identity::v1::RevokeApprovalRequest>(home_.id, ann);
  const auto approved = manager_.Call(approve);
  ASSERT_EQ(approved.Text(), "OK");
  EXPECT_TRUE(approved->user().approved());
  EXPECT_EQ(home_.Check(ann, "users.view"), "ALLOW ROLE user_manager");
  EXPECT_EQ(Try(manager_, approve), "OK unchanged");
  EXPECT_EQ(home_.Names("approved = false"), std::vector<std::string>());
  const auto revoked = manager_.Call(revoke);
  EXPECT_EQ(home_.Check(ann, "users.view"), "DENY APPROVAL_PENDING");
  EXPECT_EQ(home_.client.Call(Question(home_.id, ann, "users.view"))->result().deciding_position(),
            revoked->position());
  EXPECT_EQ(home_.Names("approved = false"), (std::vector<std::string>{"ann"}));
  // Beside the status: whatever that is, but deleted.
  EXPECT_EQ(Try(manager_, About<DisableUserRequest>(home_.id, ann)), "OK");
  EXPECT_EQ(Try(manager_, approve), "OK");
  EXPECT_EQ(StatusOf(home_.Get(ann)), "DISABLED");
  EXPECT_EQ(Try(manager_, revoke), "OK");
  EXPECT_EQ(Try(manager_, About<EnableUserRequest>(home_.id, ann)), "OK");
  EXPECT_EQ(Try(manager_, approve), "OK");
  EXPECT_EQ(home_.Check(ann, "users.view"), "ALLOW ROLE user_manager");
  // Also where the account does not ask for it, so that it is there when it does.
  EXPECT_EQ(Try(home_.client, ApprovalRequired(home_, false)), "OK");
  EXPECT_EQ(Try(manager_, revoke), "OK");
  EXPECT_EQ(home_.Check(ann, "users.view"), "ALLOW ROLE user_manager");
  EXPECT_EQ(Try(home_.client, ApprovalRequired(home_, true)), "OK");
  EXPECT_EQ(home_.Check(ann, "users.view"), "DENY APPROVAL_PENDING");
}

TEST_F(ApplicationsTest, AccountRoles_R44_R113_R114) {
  // A manager hands out both account roles, although a manager lacks billing; no more than those.
  EXPECT_EQ(Try(manager_, NewUser(home_.id, "ann", {"account_owner", "user_manager"})), "OK");
  EXPECT_EQ(Try(manager_, NewUser(home_.id, "bob", {"super_admin"})),
            "PERMISSION_DENIED ESCALATION {role: super_admin}");
  // Application roles are no account roles.
  for (const char* role : {"admin", "content_editor", "reader"}) {
    EXPECT_EQ(Try(manager_, NewUser(home_.id, "bob", {role})),
              std::string("NOT_FOUND ROLE_NOT_FOUND {role: ") + role +
                  ", why: it is given within an application or a project}");
  }
  EXPECT_EQ(Try(manager_, RoleChange(home_.id, home_.administrator_id, "auditor")),
            "FAILED_PRECONDITION MULTIPLE_ROLES");
  EXPECT_EQ(home_.Check(home_.administrator_id, "billing.manage"), "ALLOW ROLE account_owner");
  EXPECT_EQ(home_.Check(home_.administrator_id, "users.create"), "ALLOW ROLE user_manager");
  EXPECT_EQ(home_.Check(home_.administrator_id, "application.configure"), "DENY NO_GRANT");
}

// R48 asks for both duties, and an administrator who is not approved does not count.
TEST_F(ApplicationsTest, LastAdministrator_R48) {
  const auto disable = About<DisableUserRequest>(home_.id, home_.administrator_id);
  const std::string lost = "FAILED_PRECONDITION LAST_ADMINISTRATOR {permission: ";
  home_.Create("waiting", {"account_owner", "user_manager"});
  EXPECT_EQ(Try(manager_, disable), lost + "account.manage}");
  EXPECT_EQ(Try(home_.client, ApprovalRequired(home_, false)), "OK");
  home_.Create("owner", {"account_owner"});
  EXPECT_EQ(Try(manager_, disable), lost + "access.manage}");
  home_.Create("manager", {"user_manager"});
  EXPECT_EQ(Try(manager_, disable), "OK");
}

TEST_F(ApplicationsTest, DeletionIsPermanent_R121_R122_R124) {
  const std::string ann = home_.Create("ann", {"user_manager"});
  EXPECT_EQ(Try(manager_, About<DeleteUserRequest>(home_.id, ann)), "OK");
  EXPECT_EQ(home_.Names(), (Names{"first"}));
  EXPECT_EQ(Try(manager_, About<RestoreUserRequest>(home_.id, ann)), "NOT_FOUND USER_NOT_FOUND");
  const std::string again = home_.Create("ann");
  EXPECT_NE(again, ann);
  EXPECT_TRUE(home_.Get(again).roles().empty());
}

}  // namespace
}  // namespace roster::api_test
