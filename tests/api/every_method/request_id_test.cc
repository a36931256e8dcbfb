// Repeated requests: told what the first one was, and done once. (G2)

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/api/every_method/samples.h"

namespace roster::api_test {
namespace {

constexpr const char* kId = "0190163d-8694-739b-aea5-966c26f8ad91";
constexpr const char* kReused = "INVALID_ARGUMENT REQUEST_ID_REUSED";

class RequestIdTest : public testing::Test {
 protected:
  identity::v1::CreateUserRequest CreateBob() const {
    auto request = NewUser(home_.id, "bob", {"viewer"});
    request.set_request_id(kId);
    return request;
  }

  const Home home_{event::v1::PRESET_ROLE_MATRIX};
};

TEST_F(RequestIdTest, TheFirstAnswerAgain) {
  const auto first = home_.client.Call(CreateBob());
  ASSERT_EQ(first.Text(), "OK");
  const std::string bob = first->user().user_id();
  ASSERT_EQ(Try(home_.client, Update(home_.id, bob, "title", "later")), "OK");
  const uint64_t position = home_.server->Position();
  const auto again = home_.client.Call(CreateBob());
  EXPECT_EQ(again.Text(), "OK");
  EXPECT_EQ(again.response.SerializeAsString(), first.response.SerializeAsString());
  EXPECT_EQ(home_.server->Position(), position);
}

// Every command by itself; what is secret is shown once.
TEST(RequestIdMethodsTest, EveryCommandIsDoneOnce) {
  for (const MethodDescriptor* method : MethodsWith("request_id")) {
    SCOPED_TRACE(method->full_name());
    const SampleAccount account;
    const Client& client = account.Authorized(*method);
    const auto request = Sample(*method, account);
    SetText(*request, "request_id", kId);
    const Reply first = Invoke(client, *method, *request);
    ASSERT_EQ(first.Text(), "OK");
    if (const auto* token = first.message().GetDescriptor()->FindFieldByName("token")) {
      first.message().GetReflection()->ClearField(first.messages[0].get(), token);
    }
    const uint64_t position = account.home.server->Position();
    const Reply again = Invoke(client, *method, *request);
    EXPECT_EQ(again.Text(), "OK");
    EXPECT_EQ(again.message().DebugString(), first.message().DebugString());
    EXPECT_EQ(account.home.server->Position(), position);
  }
}

TEST_F(RequestIdTest, AnotherBodyIsRefused) {
  ASSERT_EQ(Try(home_.client, CreateBob()), "OK");
  auto other = CreateBob();
  other.mutable_profile()->set_title("other");
  EXPECT_EQ(Try(home_.client, other), kReused);
  auto update = Update(home_.id, home_.administrator_id, "title", "x");  // another method
  update.set_request_id(kId);
  EXPECT_EQ(Try(home_.client, update), kReused);
}

TEST_F(RequestIdTest, BelongsToCallerAndAccount) {
  ASSERT_EQ(Try(home_.client, CreateBob()), "OK");
  auto other_caller = NewUser(home_.id, "cid", {"viewer"});
  other_caller.set_request_id(kId);
  EXPECT_EQ(Try(home_.As({"admin"}), other_caller), "OK");
  const Home other(event::v1::PRESET_ROLE_MATRIX);
  auto there = NewUser(other.id, "bob", {"viewer"});
  there.set_request_id(kId);
  EXPECT_EQ(Try(other.client, there), "OK");
}

TEST_F(RequestIdTest, WhatWasRefusedMayBeTriedAgain) {
  auto request = CreateBob();
  request.mutable_profile()->set_email("first@example.org");
  EXPECT_EQ(home_.client.Call(request).result.reason, "EMAIL_TAKEN");
  EXPECT_EQ(Try(home_.client, CreateBob()), "OK");
}

TEST_F(RequestIdTest, ANoOpIsRememberedToo) {
  const std::string bob = home_.Create("bob", {"viewer"});
  auto enable = About<identity::v1::EnableUserRequest>(home_.id, bob);
  enable.set_request_id(kId);
  EXPECT_EQ(Try(home_.client, enable), "OK unchanged");
  ASSERT_EQ(Try(home_.client, About<identity::v1::DisableUserRequest>(home_.id, bob)), "OK");
  EXPECT_EQ(Try(home_.client, enable), "OK unchanged");
  EXPECT_EQ(StatusOf(home_.Get(bob)), "DISABLED");
}

// A server of its own: it is started again, and its clock is moved.
TEST(RequestIdTimeTest, RememberedADayAndOverARestart) {
  TestServer server;
  const Home home(event::v1::PRESET_ROLE_MATRIX, server);
  auto request = NewUser(home.id, "bob", {"viewer"});
  request.set_request_id(kId);
  const auto first = home.client.Call(request);
  server.Restart();
  const Client client = server.op().As(home.client.token());
  const uint64_t position = server.Position();
  EXPECT_EQ(client.Call(request).response.SerializeAsString(), first.response.SerializeAsString());
  server.Advance(absl::Hours(24));
  EXPECT_EQ(client.Call(request).response.SerializeAsString(), first.response.SerializeAsString());
  EXPECT_EQ(server.Position(), position);
  server.Advance(absl::Hours(48));
  EXPECT_EQ(client.Call(request).result.reason, "EMAIL_TAKEN");
}

// No secret twice: who lost it issues another one.
TEST_F(RequestIdTest, ATokenIsShownOnce) {
  const Service service = home_.NewService({"viewer"});
  auto issue = In<identity::v1::IssueServiceTokenRequest>(home_.id);
  issue.set_service_account_id(service.service_account_id);
  issue.set_request_id(kId);
  const auto first = home_.client.Call(issue);
  ASSERT_EQ(first.Text(), "OK");
  EXPECT_NE(first->token(), "");
  const auto again = home_.client.Call(issue);
  EXPECT_EQ(again->token(), "");
  EXPECT_EQ(again->token_id(), first->token_id());
  EXPECT_EQ(again->position(), first->position());
}

TEST_F(RequestIdTest, AnAccountIsCreatedOnce) {
  auto request = NewAccount(event::v1::PRESET_WORKFORCE);
  request.set_request_id(kId);
  const auto first = home_.server->op().Call(request);
  ASSERT_EQ(first.Text(), "OK");
  const auto again = home_.server->op().Call(request);
  EXPECT_EQ(again.response.SerializeAsString(), first.response.SerializeAsString());
}

// A user that is erased meanwhile does not come back through an old answer.
TEST_F(RequestIdTest, AnErasedUserStaysAway_R121) {
  const auto first = home_.client.Call(CreateBob());
  auto erase = About<identity::v1::EraseUserRequest>(home_.id, first->user().user_id());
  erase.set_expected_revision(1);
  ASSERT_EQ(Try(home_.client, erase), "OK");
  const auto again = home_.client.Call(CreateBob());
  EXPECT_EQ(again->user().user_id(), first->user().user_id());
  EXPECT_FALSE(again->user().has_profile());
}

TEST_F(RequestIdTest, PreviewRemembersNothing) {
  auto preview = CreateBob();
  preview.set_validate_only(true);
  EXPECT_EQ(Try(home_.client, preview), "OK");
  EXPECT_EQ(Try(home_.client, CreateBob()), "OK");
}

TEST_F(RequestIdTest, OnceUnderARace) {
  std::vector<std::string> ids(16);
  std::vector<std::thread> callers;
  for (std::string& id : ids) {
    callers.emplace_back([&] { id = home_.client.Call(CreateBob())->user().user_id(); });
  }
  for (std::thread& caller : callers) caller.join();
  for (const std::string& id : ids) EXPECT_EQ(id, ids[0]);
  EXPECT_NE(ids[0], "");
  EXPECT_EQ(home_.Names(), (std::vector<std::string>{"bob", "first"}));
}

TEST_F(RequestIdTest, AnImportIsToldAsItWas) {
  auto header = FourColumns(home_.id);
  header.set_request_id(kId);
  home_.Create("name7", {"viewer"});
  const std::string file = Rows("name", 450, "viewer") +
                           "short,row\n"
                           ",bad,,Viewr\n"
                           "A,name1@example.org,a,viewer;Boss\n"
                           "B,b@example.org,b,viewer;admin\n"
                           "C\u00ADc,c@example.org,NAME2,viewer\n";
  const Imported first = ImportFile(home_.client, header, file);
  ASSERT_EQ(first.result.Text(), "OK");
  EXPECT_EQ(first.summary.created(), 447U);
  const uint64_t position = home_.server->Position();
  const Imported again = ImportFile(home_.client, header, file);
  ASSERT_EQ(again.rows.size(), first.rows.size());
  for (size_t i = 0; i < first.rows.size(); ++i) {
    EXPECT_EQ(again.rows[i].DebugString(), first.rows[i].DebugString()) << i;
  }
  EXPECT_EQ(again.summary.SerializeAsString(), first.summary.SerializeAsString());
  EXPECT_EQ(home_.server->Position(), position);
  EXPECT_EQ(ImportFile(home_.client, header, Rows("name", 451, "viewer")).result.reason,
            "REQUEST_ID_REUSED");
}

}  // namespace
}  // namespace roster::api_test
