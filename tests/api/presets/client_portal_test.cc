// Source A, the client portal (CLIENT_PORTAL): access in two steps, deletion, restore. Walked
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

class ClientPortalTest : public testing::Test {
 protected:
  const Home home_{event::v1::PRESET_CLIENT_PORTAL};
  const Client administrator_ = home_.As({"administrator"});
};

TEST_F(ClientPortalTest, AddingUsers_R1_R2_R5_R56) {
  EXPECT_EQ(home_.Get(home_.administrator_id).roles(0), "administrator");
  EXPECT_EQ(Try(home_.As({"basic"}), NewUser(home_.id, "ann")),
            "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.create}");
  auto request = NewUser(home_.id, "ann");
  request.mutable_profile()->clear_full_name();
  request.mutable_profile()->clear_given_name();
  request.mutable_profile()->clear_family_name();
  request.mutable_profile()->set_email("ann");
  EXPECT_EQ(Try(administrator_, request),
            "INVALID_ARGUMENT INVALID_FIELDS [profile.email: INVALID_EMAIL, profile.family_name: "
            "MISSING_FIELD, "
            "profile.full_name: MISSING_FIELD, profile.given_name: MISSING_FIELD]");
  // Staged: the record first, access after. Until then the user may do nothing.
  const auto created = administrator_.Call(NewUser(home_.id, "ann"));
  ASSERT_EQ(created.Text(), "OK");
  const std::string ann = created->user().user_id();
  EXPECT_EQ(created->user().auth_method(), event::v1::AUTH_METHOD_PASSWORD);
  EXPECT_EQ(StatusOf(created->user()), "PENDING");
  EXPECT_TRUE(created->user().approved());
  EXPECT_EQ(home_.Check(ann, "procurement.order"), "DENY NO_GRANT");
  EXPECT_EQ(Try(administrator_, RoleChange(home_.id, ann, "administrator")), "OK");
  EXPECT_EQ(home_.Check(ann, "procurement.order"), "ALLOW ROLE administrator");
  EXPECT_EQ(home_.Check(ann, "services.manage"), "DENY NO_GRANT");
  EXPECT_EQ(home_.Check(ann, "users.erase"), "DENY NO_GRANT");
  EXPECT_EQ(Try(administrator_, RoleChange(home_.id, ann, "super_admin")),
            "PERMISSION_DENIED ESCALATION {role: super_admin}");
  EXPECT_EQ(Try(administrator_, NewUser(home_.id, "bob", {"basic", "auditor"})),
            "FAILED_PRECONDITION MULTIPLE_ROLES");
}

TEST_F(ClientPortalTest, DeletingAndRestoring_R4_R32_R33_R35) {
  const std::string ann = home_.Create("ann", {"basic"});
  EXPECT_EQ(Try(administrator_, About<DeleteUserRequest>(home_.id, ann)), "OK");
  EXPECT_EQ(home_.Names(), (Names{"first"}));
  EXPECT_EQ(home_.Names("status = DELETED"), (Names{"ann"}));
  // Through "add user": the refusal names the deleted user, and the caller restores that user.
  const auto refused = administrator_.Call(NewUser(home_.id, "ann"));
  EXPECT_EQ(refused.result.reason, "BELONGS_TO_DELETED_USER");
  EXPECT_EQ(Try(administrator_,
                About<RestoreUserRequest>(home_.id, refused.result.metadata.at("user_id"))),
            "OK");
  EXPECT_EQ(home_.Get(ann).roles(0), "basic");
  EXPECT_EQ(home_.Names(), (Names{"ann", "first"}));
}

TEST_F(ClientPortalTest, EnablingAndDisabling_R37_R38_R60) {
  const std::string ann = home_.Create("ann", {"administrator"});
  EXPECT_EQ(Try(administrator_, About<DisableUserRequest>(home_.id, ann)), "OK");
  EXPECT_EQ(home_.Check(ann, "users.view"), "DENY USER_DISABLED");
  EXPECT_EQ(Try(administrator_, Update(home_.id, ann, "full_name", "Ann")),
            "FAILED_PRECONDITION USER_DISABLED");
  EXPECT_EQ(Try(administrator_, RoleChange(home_.id, ann, "basic")),
            "FAILED_PRECONDITION USER_DISABLED");
  EXPECT_EQ(home_.Names(), (Names{"ann", "first"}));
  EXPECT_EQ(Try(administrator_, About<EnableUserRequest>(home_.id, ann)), "OK");
  EXPECT_EQ(Try(administrator_, Update(home_.id, ann, "full_name", "Ann")), "OK");
  EXPECT_EQ(Try(administrator_, RoleChange(home_.id, ann, "basic")), "OK");
  EXPECT_EQ(Try(administrator_, About<DisableUserRequest>(home_.id, home_.administrator_id)),
            "FAILED_PRECONDITION LAST_ADMINISTRATOR {permission: account.manage}");
}

}  // namespace
}  // namespace roster::api_test
