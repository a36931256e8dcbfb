// Source D, the workforce (WORKFORCE): imports, user names, several roles. Walked
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
using Names = std::vector<std::string>;

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
                             "ROLE_NOT_FOUND role"}));
  // Usable at once; who has no role may do nothing (R87).
  EXPECT_EQ(home_.Check(imported.rows[1].user_id(), "tasks.view"), "ALLOW ROLE lifecycle_user");
  EXPECT_EQ(home_.Check(imported.rows[3].user_id(), "tasks.view"), "DENY NO_ROLE");
  EXPECT_EQ(home_.Get(ann).auth_method(), event::v1::AUTH_METHOD_SSO);
}

TEST_F(WorkforceTest, CreationRequiresAUserName_R2_R87) {
  auto request = NewUser(home_.id, "ann", {"lifecycle_user", "auditor"});
  request.mutable_profile()->clear_user_name();
  EXPECT_EQ(Try(home_.client, request),
            "INVALID_ARGUMENT INVALID_FIELDS [profile.user_name: MISSING_FIELD]");
  request.mutable_profile()->set_user_name("ann");
  const std::string ann = home_.Create(request);
  EXPECT_EQ(home_.Get(ann).roles_size(), 2);
  EXPECT_EQ(Try(home_.client, RoleChange(home_.id, ann, "lifecycle_user")),
            "FAILED_PRECONDITION MULTIPLE_ROLES");
  EXPECT_EQ(Try(home_.client, NewUser(home_.id, "bob", {"collaboration_user"})),
            "NOT_FOUND ROLE_NOT_FOUND {role: collaboration_user, why: "
            "it is given within an application or a project}");
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

}  // namespace
}  // namespace roster::api_test
