// Reads of the past: as_of a position or a time. (G3)

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domain/rows/codec.h"
#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using identity::v1::DeleteUserRequest;
using identity::v1::GetUserRequest;
using identity::v1::ListUsersRequest;
using Names = std::vector<std::string>;

class PastApiTest : public testing::Test {
 protected:
  uint64_t Now() const { return home_.server->Position(); }

  Answer<identity::v1::GetUserResponse> AnnAt(uint64_t position) const {
    auto request = About<GetUserRequest>(home_.id, ann_);
    request.mutable_as_of()->set_position(position);
    return home_.client.Call(request);
  }
  std::string TitleAt(uint64_t position) const { return AnnAt(position)->user().profile().title(); }

  Names NamesAt(uint64_t position, const std::string& filter = "") const {
    ListUsersRequest request = List(home_.id, filter);
    request.mutable_as_of()->set_position(position);
    const auto answer = home_.client.Call(request);
    EXPECT_EQ(answer.Text(), "OK");
    EXPECT_EQ(answer->position(), position);
    return NamesOf(answer.response);
  }

  void SetTitle(const std::string& title) const {
    ASSERT_EQ(Try(home_.client, Update(home_.id, ann_, "title", title)), "OK");
  }

  const Home home_{event::v1::PRESET_ROLE_MATRIX};
  const std::string ann_ = home_.Create("ann", {"viewer"});
};

TEST_F(PastApiTest, AUserAtEveryPosition) {
  const uint64_t created = Now();
  for (const char* title : {"one", "two", "three"}) SetTitle(title);
  EXPECT_EQ(AnnAt(created - 1).Text(), "NOT_FOUND USER_NOT_FOUND");
  EXPECT_EQ(TitleAt(created), "");
  EXPECT_EQ(TitleAt(created + 1), "one");
  EXPECT_EQ(TitleAt(created + 2), "two");
  EXPECT_EQ(TitleAt(created + 3), "three");
  EXPECT_EQ(AnnAt(created + 1)->position(), created + 1);
  EXPECT_EQ(AnnAt(created + 1)->user().revision(), 2U);
  EXPECT_EQ(AnnAt(created + 4).Text(), "DEADLINE_EXCEEDED POSITION_NOT_REACHED");
  EXPECT_EQ(AnnAt(0).Text(), "NOT_FOUND USER_NOT_FOUND");
}

TEST_F(PastApiTest, ByTheEmailOfThen_R3) {
  const uint64_t before = Now();
  ASSERT_EQ(Try(home_.client, Update(home_.id, ann_, "email", "new@example.org")), "OK");
  GetUserRequest request;
  request.set_account_id(home_.id);
  request.set_email("ann@example.org");
  EXPECT_EQ(home_.client.Call(request).Text(), "NOT_FOUND USER_NOT_FOUND");
  request.mutable_as_of()->set_position(before);
  EXPECT_EQ(home_.client.Call(request)->user().user_id(), ann_);
  request.set_email("new@example.org");
  EXPECT_EQ(home_.client.Call(request).Text(), "NOT_FOUND USER_NOT_FOUND");
}

TEST_F(PastApiTest, ListsWithFilterAndPages_R34) {
  const std::string bob = home_.Create("bob", {"viewer"});
  const uint64_t both = Now();
  ASSERT_EQ(Try(home_.client, About<DeleteUserRequest>(home_.id, bob)), "OK");
  const uint64_t deleted = Now();
  home_.Create("cid", {"viewer"});
  EXPECT_EQ(NamesAt(both - 1), (Names{"first", "ann"}));
  EXPECT_EQ(NamesAt(both), (Names{"first", "ann", "bob"}));
  EXPECT_EQ(NamesAt(both, "status = DELETED"), Names());
  EXPECT_EQ(NamesAt(deleted), (Names{"first", "ann"}));
  EXPECT_EQ(NamesAt(deleted, "status = DELETED"), (Names{"bob"}));
  EXPECT_EQ(NamesAt(Now()), (Names{"first", "ann", "cid"}));

  ListUsersRequest request = List(home_.id);
  request.mutable_as_of()->set_position(both);
  request.set_page_size(2);
  const auto first = home_.client.Call(request);
  request.set_page_token(first->next_page_token());
  EXPECT_EQ(NamesOf(home_.client.Call(request).response), (Names{"bob"}));
  request.mutable_as_of()->set_position(deleted);  // another query
  EXPECT_EQ(home_.client.Call(request).Text(), "INVALID_ARGUMENT INVALID_PAGE_TOKEN");
}

// A server of its own: its clock is moved.
TEST(PastTimeTest, AsOfATime) {
  TestServer server;
  const Home home(event::v1::PRESET_ROLE_MATRIX, server);
  const std::string ann = home.Create("ann", {"viewer"});
  std::vector<uint64_t> positions;
  std::vector<google::protobuf::Timestamp> times;
  for (int hour = 1; hour <= 5; ++hour) {
    server.Advance(absl::Hours(hour));
    ASSERT_EQ(Try(home.client, Update(home.id, ann, "title", std::to_string(hour))), "OK");
    positions.push_back(server.Position());
    times.push_back(home.Get(ann).update_time());
  }
  auto request = About<GetUserRequest>(home.id, ann);
  for (size_t i = 0; i < times.size(); ++i) {
    *request.mutable_as_of()->mutable_time() = times[i];  // the commit itself
    EXPECT_EQ(home.client.Call(request)->position(), positions[i]);
    EXPECT_EQ(home.client.Call(request)->user().profile().title(), std::to_string(i + 1));
    request.mutable_as_of()->mutable_time()->set_seconds(times[i].seconds() - 600);
    EXPECT_EQ(home.client.Call(request)->user().profile().title(), i == 0 ? "" : std::to_string(i));
  }
  request.mutable_as_of()->mutable_time()->set_seconds(1);
  EXPECT_EQ(home.client.Call(request).Text(), "NOT_FOUND USER_NOT_FOUND");
  *request.mutable_as_of()->mutable_time() = domain::ToTimestamp(absl::Now() + absl::Hours(6));
  EXPECT_EQ(home.client.Call(request).Text(),
            "INVALID_ARGUMENT INVALID_FIELDS [as_of.time: INVALID_VALUE]");
  request.mutable_as_of()->Clear();
  EXPECT_EQ(home.client.Call(request).Text(),
            "INVALID_ARGUMENT INVALID_FIELDS [as_of: MISSING_FIELD]");
}

// The caller's permissions of now decide whether the past is shown.
TEST_F(PastApiTest, RightsAreThoseOfNow) {
  const Service service = home_.NewService({"viewer"});
  const uint64_t then = Now();
  auto request = About<GetUserRequest>(home_.id, ann_);
  request.mutable_as_of()->set_position(then);
  ASSERT_EQ(service.client.Call(request).Text(), "OK");
  auto disable = In<identity::v1::DisableServiceAccountRequest>(home_.id);
  disable.set_service_account_id(service.service_account_id);
  ASSERT_EQ(Try(home_.client, disable), "OK");
  EXPECT_EQ(service.client.Call(request).Text(), "UNAUTHENTICATED UNAUTHENTICATED");
  const Service late = home_.NewService({"viewer"});
  EXPECT_EQ(late.client.Call(request).Text(), "OK");
}

}  // namespace
}  // namespace roster::api_test
