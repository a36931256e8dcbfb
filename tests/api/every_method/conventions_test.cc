// What every method keeps to: identity only from the credential, details of errors, reads as new as
// asked for, fields that wait for later work. (R2, G1)

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/api/every_method/samples.h"

namespace roster::api_test {
namespace {

using identity::v1::GetUserRequest;

class ConventionsTest : public testing::Test {
 protected:
  std::string Ask(const MethodDescriptor& method, const Message& request,
                  const CallOptions& options = {}) const {
    return Invoke(account_.Authorized(method), method, request, options).Text();
  }

  Result GetAnn(const Client& client, const CallOptions& options = {}) const {
    return client.Call(About<GetUserRequest>(home_.id, ann_), options).result;
  }

  const SampleAccount account_;
  const Home& home_ = account_.home;
  const std::string& ann_ = account_.user_id;
};

TEST_F(ConventionsTest, EveryMethodIsAQueryOrACommand) {
  for (const MethodDescriptor* method : AllMethods()) {
    if (!IsUnary(*method)) continue;
    const auto has = [&](const char* field) {
      return method->input_type()->FindFieldByName(field) != nullptr;
    };
    EXPECT_NE(has("as_of"), has("validate_only")) << method->full_name();
    EXPECT_EQ(has("at_least_position"), has("as_of")) << method->full_name();
    EXPECT_EQ(has("request_id"), has("validate_only")) << method->full_name();
    if (!has("validate_only")) continue;
    // What changes a user or the account itself is told which state the caller has seen.
    EXPECT_EQ(has("expected_revision"), has("user_id") || has("policy") || has("prefixes"))
        << method->full_name();
  }
}

TEST_F(ConventionsTest, RequestIdIsAUuid) {
  const uint64_t position = home_.server->Position();
  for (const std::string id : {"1", "0190163d-8694-739b-aea5-966c26f8ad9", "not-a-uuid",
                               "0190163d-8694-739b-aea5-966c26f8ad91 "}) {
    for (const MethodDescriptor* method : MethodsWith("request_id")) {
      const auto request = Sample(*method, account_);
      SetText(*request, "request_id", id);
      EXPECT_EQ(Ask(*method, *request),
                "INVALID_ARGUMENT INVALID_FIELDS [request_id: INVALID_VALUE]")
          << method->full_name();
    }
    auto header = FourColumns(home_.id);
    header.set_request_id(id);
    EXPECT_EQ(ImportFile(home_.client, header, Rows("a", 1, "viewer")).result.Text(),
              "INVALID_ARGUMENT INVALID_FIELDS [header.request_id: INVALID_VALUE]");
  }
  EXPECT_EQ(home_.server->Position(), position);
}

TEST_F(ConventionsTest, AsOfOfOtherReadsWaitsForItsTime) {
  std::set<std::string> left = {"GetUser", "BatchGetUsers", "ListUsers"};
  const uint64_t now = home_.server->Position();
  for (const MethodDescriptor* method : MethodsWith("as_of")) {
    const auto request = Sample(*method, account_);
    SetNumber(Inner(*request, "as_of"), "position", now);
    const bool reads_past = left.erase(method->name()) == 1;
    EXPECT_EQ(Ask(*method, *request),
              reads_past ? "OK" : "UNIMPLEMENTED NOT_IMPLEMENTED {field: as_of}")
        << method->name();
  }
  EXPECT_EQ(left, std::set<std::string>());
}

// at_least_position: what is there already does not wait; what is not is waited for, and given up
// in time for the caller to hear of it.
TEST_F(ConventionsTest, AtLeastPosition_G1) {
  const uint64_t now = home_.server->Position();
  std::vector<std::thread> waits;
  for (const MethodDescriptor* method : MethodsWith("at_least_position")) {
    const std::shared_ptr<Message> request = Sample(*method, account_);
    SetNumber(*request, "at_least_position", now);
    EXPECT_EQ(Ask(*method, *request), "OK") << method->full_name();
    SetNumber(*request, "at_least_position", now + 1000);
    waits.emplace_back([this, request, method] {
      EXPECT_EQ(Ask(*method, *request, {.deadline = absl::Seconds(4)}),
                "DEADLINE_EXCEEDED POSITION_NOT_REACHED")
          << method->full_name();
    });
  }
  for (std::thread& wait : waits) wait.join();
}

TEST_F(ConventionsTest, AtLeastPositionIsWaitedFor_G1) {
  auto request = About<GetUserRequest>(home_.id, ann_);
  request.set_at_least_position(home_.server->Position() + 2);
  Answer<identity::v1::GetUserResponse> answer;
  std::thread reader([&] { answer = home_.client.Call(request); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann_, "title", "one")), "OK");
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann_, "title", "two")), "OK");
  reader.join();
  ASSERT_EQ(answer.Text(), "OK");
  EXPECT_EQ(answer->user().profile().title(), "two");
  EXPECT_GE(answer->position(), request.at_least_position());
}

// What waits is authenticated again before it is answered.
TEST_F(ConventionsTest, AH6_RevokedWhileTheReadWaits) {
  const Service service = home_.NewService({"super_admin"});
  const uint64_t next = home_.server->Position() + 1;
  std::vector<std::thread> waits;
  for (const MethodDescriptor* method : MethodsWith("at_least_position")) {
    if (RuleOf(*method).has_operator_()) continue;
    const std::shared_ptr<Message> request = Sample(*method, account_);
    SetNumber(*request, "at_least_position", next);
    waits.emplace_back([client = service.client, request, method] {
      EXPECT_EQ(Invoke(client, *method, *request).Text(), "UNAUTHENTICATED UNAUTHENTICATED")
          << method->full_name();
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  auto revoke = In<identity::v1::RevokeServiceTokenRequest>(home_.id);
  revoke.set_service_account_id(service.service_account_id);
  revoke.set_token_id(service.token_id);
  EXPECT_EQ(Try(home_.client, revoke), "OK");
  for (std::thread& wait : waits) wait.join();
}

// Only who is let in may keep the server waiting.
TEST_F(ConventionsTest, AtLeastPositionOfAStranger) {
  auto request = About<GetUserRequest>(home_.id, ann_);
  request.set_at_least_position(home_.server->Position() + 1000);
  const Home other(event::v1::PRESET_ROLE_MATRIX);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(other.client.Call(request).Text(),
            "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.view}");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST_F(ConventionsTest, ExpectedRevision) {
  auto update = Update(home_.id, ann_, "title", "Chief");
  update.set_expected_revision(2);
  EXPECT_EQ(Try(home_.client, update), "ABORTED REVISION_MISMATCH {revision: 1}");
  update.set_expected_revision(1);
  EXPECT_EQ(Try(home_.client, update), "OK");
  auto change = RoleChange(home_.id, ann_, "creator");
  change.set_expected_revision(1);
  EXPECT_EQ(Try(home_.client, change), "ABORTED REVISION_MISMATCH {revision: 2}");
  auto policy = In<identity::v1::UpdateAccountPolicyRequest>(home_.id);
  policy.mutable_update_mask()->add_paths("hide_disabled");
  policy.mutable_policy()->set_hide_disabled(true);
  policy.set_expected_revision(5);
  // The prefixes of the sample were the first change of the account.
  EXPECT_EQ(Try(home_.client, policy), "ABORTED REVISION_MISMATCH {revision: 2}");
  policy.set_expected_revision(2);
  EXPECT_EQ(Try(home_.client, policy), "OK");
}

// Every method that takes it compares it.
TEST_F(ConventionsTest, ExpectedRevisionEverywhere) {
  for (const MethodDescriptor* method : MethodsWith("expected_revision")) {
    const auto request = Sample(*method, account_);
    SetNumber(*request, "expected_revision", 77);
    const bool of_user = method->input_type()->FindFieldByName("user_id") != nullptr;
    if (of_user) SetText(*request, "user_id", ann_);
    EXPECT_EQ(Ask(*method, *request),
              absl::StrCat("ABORTED REVISION_MISMATCH {revision: ", of_user ? 1 : 2, "}"))
        << method->full_name();
  }
}

TEST_F(ConventionsTest, IdentityOnlyFromTheCredential) {
  const Client nobody = home_.server->Anonymous();
  const std::string operator_token = home_.server->op().token();
  for (const char* key : {"x-user-id", "x-forwarded-user", "x-remote-user", "x-api-key", "token",
                          "proxy-authorization", "x-authorization", "cookie"}) {
    const std::string value = absl::StrCat("Bearer ", home_.client.token());
    EXPECT_EQ(GetAnn(nobody, {.metadata = {{key, value}}}).Text(),
              "UNAUTHENTICATED UNAUTHENTICATED")
        << key;
    // Beside a credential it makes nobody anybody else.
    EXPECT_EQ(GetAnn(home_.As({}), {.metadata = {{key, home_.administrator_id}}}).Text(),
              "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.view}")
        << key;
  }
}

TEST_F(ConventionsTest, TheCredentialIsOneBearerToken) {
  const Client nobody = home_.server->Anonymous();
  const std::string& token = home_.client.token();
  const auto with = [&](const std::string& value) {
    return GetAnn(nobody, {.metadata = {{"authorization", value}}}).Text();
  };
  EXPECT_EQ(with("Bearer " + token), "OK");
  EXPECT_EQ(with("bearer " + token), "OK");
  EXPECT_EQ(with("BEARER " + token), "OK");
  const std::vector<std::string> wrong = {token,
                                          "Bearer",
                                          "Bearer ",
                                          "Basic " + token,
                                          "Bearer" + token,
                                          "Bearer " + token.substr(0, token.size() - 1),
                                          "Bearer " + token + "x"};
  for (const std::string& value : wrong) {
    EXPECT_EQ(with(value), "UNAUTHENTICATED UNAUTHENTICATED") << value;
  }
  EXPECT_EQ(GetAnn(home_.client, {.metadata = {{"authorization", "Bearer " + token}}}).Text(),
            "UNAUTHENTICATED UNAUTHENTICATED");
  EXPECT_EQ(GetAnn(home_.client, {.metadata = {{"authorization", ""}}}).Text(),
            "UNAUTHENTICATED UNAUTHENTICATED");
}

// A token stops working with the commit that takes it back, and the others go on.
TEST_F(ConventionsTest, RevokedAndDisabledAtOnce) {
  const Service service = home_.NewService({"auditor"});
  auto issue = In<identity::v1::IssueServiceTokenRequest>(home_.id);
  issue.set_service_account_id(service.service_account_id);
  const auto second = home_.client.Call(issue);
  ASSERT_EQ(second.Text(), "OK");
  const Client other = service.client.As(second->token());
  auto revoke = In<identity::v1::RevokeServiceTokenRequest>(home_.id);
  revoke.set_service_account_id(service.service_account_id);
  revoke.set_token_id(service.token_id);
  EXPECT_EQ(GetAnn(service.client).Text(), "OK");
  EXPECT_EQ(Try(home_.client, revoke), "OK");
  EXPECT_EQ(Try(home_.client, revoke), "NOT_FOUND TOKEN_NOT_FOUND");
  EXPECT_EQ(GetAnn(service.client).Text(), "UNAUTHENTICATED UNAUTHENTICATED");
  EXPECT_EQ(GetAnn(other).Text(), "OK");
  auto disable = In<identity::v1::DisableServiceAccountRequest>(home_.id);
  disable.set_service_account_id(service.service_account_id);
  EXPECT_EQ(Try(home_.client, disable), "OK");
  EXPECT_EQ(Try(home_.client, disable), "OK unchanged");
  EXPECT_EQ(GetAnn(other).Text(), "UNAUTHENTICATED UNAUTHENTICATED");
  EXPECT_EQ(home_.client.Call(issue).Text(), "FAILED_PRECONDITION SERVICE_ACCOUNT_DISABLED");
}

TEST_F(ConventionsTest, ServiceAccountsAreBounded) {
  auto request = In<identity::v1::CreateServiceAccountRequest>(home_.id);
  EXPECT_EQ(Try(home_.client, request), "INVALID_ARGUMENT INVALID_FIELDS [name: MISSING_FIELD]");
  request.set_name("checker");
  request.add_roles("boss");
  EXPECT_EQ(Try(home_.client, request), "NOT_FOUND ROLE_NOT_FOUND {role: boss}");
  request.set_roles(0, "service_checker");
  const auto created = home_.client.Call(request);
  ASSERT_EQ(created.Text(), "OK");
  request.set_name(" Checker ");
  EXPECT_EQ(Try(home_.client, request), "ALREADY_EXISTS NAME_TAKEN");
  auto issue = In<identity::v1::IssueServiceTokenRequest>(home_.id);
  issue.set_service_account_id(created->service_account().service_account_id());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(home_.client.Call(issue).Text(), "OK");
  EXPECT_EQ(home_.client.Call(issue).Text(),
            "RESOURCE_EXHAUSTED LIMIT_EXCEEDED {limit: tokens, value: 10}");
}

TEST_F(ConventionsTest, ErrorDetails_R2) {
  auto request = NewUser(home_.id, "bob", {"viewer"});
  request.mutable_profile()->clear_email();
  request.mutable_profile()->set_full_name(std::string(257, 'x'));
  const Result result = home_.client.Call(request).result;
  EXPECT_EQ(result.domain, "roster");
  EXPECT_EQ(result.reason, "INVALID_FIELDS");
  EXPECT_EQ(result.violations,
            (std::map<std::string, std::string>{{"profile.email", "MISSING_FIELD"},
                                                {"profile.full_name", "INVALID_VALUE"}}));
  EXPECT_EQ(result.message, "some fields of the request are wrong");
}

TEST_F(ConventionsTest, LargeMessagesAreRefused) {
  auto request = NewUser(home_.id, "bob", {"viewer"});
  request.mutable_profile()->set_title(std::string((4 << 20) + 1, 'x'));
  EXPECT_EQ(home_.client.Call(request).result.code, "RESOURCE_EXHAUSTED");
  request.mutable_profile()->set_title(std::string((4 << 20) - 1024, 'x'));
  EXPECT_EQ(home_.client.Call(request).Text(),
            "RESOURCE_EXHAUSTED LIMIT_EXCEEDED {limit: request_bytes, value: 65536}");
  EXPECT_EQ(GetAnn(home_.client).Text(), "OK");
}

TEST_F(ConventionsTest, OperatorSeesNoUsers) {
  EXPECT_EQ(GetAnn(home_.server->op()).Text(),
            "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.view}");
  const auto self = home_.server->op().Call(access::v1::GetCallerCapabilitiesRequest());
  EXPECT_TRUE(self->operator_());
  EXPECT_EQ(self->account_id() + self->service_account_id(), "");
  EXPECT_EQ(self->permissions_size(), 0);
}

// Text that is not UTF-8, which no message of proto3 can hold.
TEST_F(ConventionsTest, MalformedRequests) {
  identity::v1::ImportUsersRequest other;
  other.set_chunk("\xff");  // has the number of user_id
  identity::v1::GetUserResponse response;
  EXPECT_EQ(
      home_.client.Invoke("roster.identity.v1.IdentityService/GetUser", other, response).Text(),
      "INVALID_ARGUMENT MALFORMED_REQUEST");
  auto header = FourColumns(home_.id);
  header.set_request_id("\xff");
  EXPECT_EQ(ImportFile(home_.client, header, Rows("a", 1, "viewer")).result.Text(),
            "INVALID_ARGUMENT MALFORMED_REQUEST");
}

TEST_F(ConventionsTest, UnknownMethod) {
  identity::v1::GetUserResponse response;
  EXPECT_EQ(
      home_.client.Invoke("roster.identity.v1.IdentityService/Bless", GetUserRequest(), response)
          .code,
      "UNIMPLEMENTED");
}

}  // namespace
}  // namespace roster::api_test
