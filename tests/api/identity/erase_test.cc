// Erasing users through the server. (R121, R122, R124, G6)

#include <gtest/gtest.h>

#include <string>

#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using identity::v1::EraseUserRequest;
using identity::v1::GetUserRequest;

EraseUserRequest Erase(const Home& home, const std::string& user_id) {
  auto request = About<EraseUserRequest>(home.id, user_id);
  request.set_expected_revision(home.Get(user_id).revision());
  return request;
}

class EraseApiTest : public testing::Test {
 protected:
  const Home home_{event::v1::PRESET_CLIENT_PORTAL};
  const std::string ann_ = home_.Create("ann");
};

TEST_F(EraseApiTest, NothingPersonalIsAnswered_R121) {
  const uint64_t before = home_.server->Position();
  ASSERT_EQ(Try(home_.client, Update(home_.id, ann_, "email", "ann@example.com")), "OK");
  const auto answer = home_.client.Call(Erase(home_, ann_));
  ASSERT_EQ(answer.Text(), "OK");
  EXPECT_EQ(answer->user().user_id(), ann_);
  EXPECT_FALSE(answer->user().has_profile());
  EXPECT_TRUE(answer->changed());

  auto get = About<GetUserRequest>(home_.id, ann_);
  EXPECT_EQ(home_.client.Call(get).Text(), "NOT_FOUND USER_NOT_FOUND");
  get.mutable_as_of()->set_position(before);
  EXPECT_FALSE(home_.client.Call(get)->user().has_profile());
  get.set_email("ann@example.org");
  EXPECT_EQ(home_.client.Call(get).Text(), "NOT_FOUND USER_NOT_FOUND");
  EXPECT_EQ(home_.Names(), std::vector<std::string>{"first"});
  EXPECT_EQ(Try(home_.client, About<identity::v1::RestoreUserRequest>(home_.id, ann_)),
            "NOT_FOUND USER_NOT_FOUND");
}

TEST_F(EraseApiTest, EventsStayWithoutPersonalData_G6) {
  ASSERT_EQ(Try(home_.client, Erase(home_, ann_)), "OK");
  auto request = In<audit::v1::ListEventsRequest>(home_.id);
  request.set_subject_id(ann_);
  const auto events = home_.client.Call(request);
  ASSERT_EQ(events->events_size(), 2);
  EXPECT_EQ(events->events(0).type(), "UserCreated");
  EXPECT_TRUE(events->events(0).personal_erased());
  EXPECT_FALSE(events->events(0).event().has_personal());
  EXPECT_FALSE(events->events(0).event().has_sealed());
  EXPECT_EQ(events->events(1).type(), "UserErased");
  EXPECT_EQ(events.response.SerializeAsString().find("example.org"), std::string::npos);
}

TEST_F(EraseApiTest, AddedAgainHeIsSomebodyNew_R122_R124) {
  ASSERT_EQ(Try(home_.client, Erase(home_, ann_)), "OK");
  const std::string again = home_.Create("ann");
  EXPECT_NE(again, ann_);
  EXPECT_EQ(home_.Get(again).revision(), 1U);
  EXPECT_EQ(home_.Get(again).profile().user_name(), "ann");
}

TEST_F(EraseApiTest, Refusals_R48_R112_R121) {
  EXPECT_EQ(Try(home_.client, About<EraseUserRequest>(home_.id, ann_)),
            "INVALID_ARGUMENT INVALID_FIELDS [expected_revision: MISSING_FIELD]");
  auto request = Erase(home_, ann_);
  request.set_expected_revision(7);
  EXPECT_EQ(Try(home_.client, request), "ABORTED REVISION_MISMATCH {revision: 1}");
  EXPECT_EQ(Try(home_.client, Erase(home_, home_.administrator_id)),
            "FAILED_PRECONDITION LAST_ADMINISTRATOR {permission: account.manage}");
  EXPECT_EQ(home_.Get(ann_).profile().user_name(), "ann");
}

TEST_F(EraseApiTest, PreviewErasesNothing) {
  auto request = Erase(home_, ann_);
  request.set_validate_only(true);
  EXPECT_EQ(Try(home_.client, request), "OK");
  EXPECT_EQ(home_.Get(ann_).profile().user_name(), "ann");
}

// An administrator may delete and change the policy, but not erase.
TEST_F(EraseApiTest, AM7_NoWayAroundThePermissionToErase) {
  const Client administrator = home_.As({"administrator"});
  const std::string refused = "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.erase}";
  auto policy = In<identity::v1::UpdateAccountPolicyRequest>(home_.id);
  policy.mutable_update_mask()->add_paths("restore_window");
  const auto remove = About<identity::v1::DeleteUserRequest>(home_.id, ann_);
  EXPECT_EQ(Try(administrator, Erase(home_, ann_)), refused);
  EXPECT_EQ(Try(administrator, policy), refused);
  ASSERT_EQ(Try(home_.client, policy), "OK");
  EXPECT_EQ(Try(administrator, remove), refused);
  EXPECT_EQ(home_.Get(ann_).profile().user_name(), "ann");
  EXPECT_EQ(Try(home_.client, remove), "OK");
  EXPECT_FALSE(home_.client.Call(About<GetUserRequest>(home_.id, ann_)).ok());
}

TEST(EraseRestartTest, StaysErased) {
  TestServer server;
  const Home home(event::v1::PRESET_CLIENT_PORTAL, server);
  const std::string ann = home.Create("ann");
  const std::string bob = home.Create("bob");
  ASSERT_EQ(Try(home.client, Erase(home, ann)), "OK");
  server.Restart();
  const Client client = server.op().As(home.client.token());
  EXPECT_EQ(client.Call(About<GetUserRequest>(home.id, ann)).Text(), "NOT_FOUND USER_NOT_FOUND");
  EXPECT_EQ(Try(client, NewUser(home.id, "ann")), "OK");
  EXPECT_EQ(client.Call(About<GetUserRequest>(home.id, bob))->user().profile().user_name(), "bob");
}

}  // namespace
}  // namespace roster::api_test
