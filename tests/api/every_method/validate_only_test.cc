// validate_only on every mutation: the answer of the real call, and nothing stored. Which methods
// there are comes from the descriptors; each needs a request here that changes something. (R27,
// R32)

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "google/protobuf/descriptor.h"
#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Takes out what no two calls share: times, positions, secrets and new ids.
void Blur(Message& message) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string& name = field->name();
    const bool time = field->message_type() != nullptr &&
                      field->message_type()->full_name() == "google.protobuf.Timestamp";
    if (time || name == "position" || name == "token" ||
        (field->type() == FieldDescriptor::TYPE_STRING && absl::EndsWith(name, "_id"))) {
      reflection.ClearField(&message, field);
    } else if (field->message_type() == nullptr) {
      continue;
    } else if (!field->is_repeated()) {
      Blur(*reflection.MutableMessage(&message, field));
    } else {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        Blur(*reflection.MutableRepeatedMessage(&message, field, i));
      }
    }
  }
}

class ValidateOnlyTest : public testing::Test {
 protected:
  template <typename Request>
  Request AboutService() const {
    auto request = In<Request>(home_.id);
    request.set_service_account_id(service_.service_account_id);
    return request;
  }

  // Calls with validate_only, then for real; says what is wrong.
  template <typename Request>
  void Verify(Request request) {
    SCOPED_TRACE(request.GetDescriptor()->name());
    seen_.insert(request.GetDescriptor()->name());
    const Client& client = operators_ ? home_.server->op() : home_.client;
    const uint64_t position = home_.server->Position();
    const std::string before = Everything();
    request.set_validate_only(true);
    auto preview = client.Call(request);
    ASSERT_EQ(preview.Text(), "OK");
    EXPECT_TRUE(preview->changed());
    EXPECT_EQ(home_.server->Position(), position);
    EXPECT_EQ(Everything(), before);
    request.set_validate_only(false);
    auto done = client.Call(request);
    ASSERT_EQ(done.Text(), "OK");
    EXPECT_EQ(done->position(), position + 1);
    EXPECT_EQ(home_.server->Position(), position + 1);
    Blur(preview.response);
    Blur(done.response);
    EXPECT_EQ(preview.response.DebugString(), done.response.DebugString());
  }

  // All that the account and the list of accounts show.
  std::string Everything() const {
    std::string all;
    for (const char* filter : {"", "status = DELETED"}) {
      all += home_.client.Call(List(home_.id, filter))->DebugString();
    }
    all += home_.client.Call(In<identity::v1::ListServiceAccountsRequest>(home_.id))->DebugString();
    all += home_.client.Call(In<identity::v1::GetAccountRequest>(home_.id))->DebugString();
    identity::v1::ListAccountsRequest accounts;
    accounts.set_page_size(1000);
    return all + home_.server->op().Call(accounts)->DebugString();
  }

  const Home home_{event::v1::PRESET_ROLE_MATRIX};
  const std::string ann_ = home_.Create("ann", {"viewer"});
  const Service service_ = home_.NewService({"auditor"});
  std::set<std::string> seen_;
  bool operators_ = false;
};

TEST_F(ValidateOnlyTest, EveryMutation_R27) {
  using namespace identity::v1;  // NOLINT: the requests below
  Verify(NewUser(home_.id, "bob", {"creator"}));
  Verify(Update(home_.id, ann_, "title", "Chief"));
  Verify(RoleChange(home_.id, ann_, "admin"));
  Verify(About<DisableUserRequest>(home_.id, ann_));
  Verify(About<EnableUserRequest>(home_.id, ann_));
  Verify(About<DeleteUserRequest>(home_.id, ann_));
  Verify(About<RestoreUserRequest>(home_.id, ann_));
  auto erase = About<EraseUserRequest>(home_.id, ann_);
  erase.set_expected_revision(home_.Get(ann_).revision());
  Verify(erase);
  auto policy = In<UpdateAccountPolicyRequest>(home_.id);
  policy.mutable_policy()->set_hide_disabled(true);
  policy.mutable_update_mask()->add_paths("hide_disabled");
  Verify(policy);
  auto create = In<CreateServiceAccountRequest>(home_.id);
  create.set_name("robot");
  create.add_roles("auditor");
  Verify(create);
  Verify(AboutService<IssueServiceTokenRequest>());
  auto revoke = AboutService<RevokeServiceTokenRequest>();
  revoke.set_token_id(service_.token_id);
  Verify(revoke);
  auto bind = AboutService<BindCertificateRequest>();
  bind.set_identity("spiffe://example.org/preview");
  Verify(bind);
  auto unbind = AboutService<UnbindCertificateRequest>();
  unbind.set_identity(bind.identity());
  Verify(unbind);
  Verify(AboutService<DisableServiceAccountRequest>());
  operators_ = true;
  Verify(NewAccount(event::v1::PRESET_WORKFORCE));

  std::set<std::string> all;
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  for (const char* name : {"roster.identity.v1.IdentityService", "roster.access.v1.AccessService",
                           "roster.audit.v1.AuditService"}) {
    const auto* service = pool->FindServiceByName(name);
    for (int i = 0; i < service->method_count(); ++i) {
      const auto* request = service->method(i)->input_type();
      if (request->FindFieldByName("validate_only") != nullptr) all.insert(request->name());
    }
  }
  EXPECT_EQ(seen_, all);  // ImportUsers, whose field is in its header: import_api_test.cc
}

TEST_F(ValidateOnlyTest, TellsNoToken) {
  auto request = AboutService<identity::v1::IssueServiceTokenRequest>();
  request.set_validate_only(true);
  const auto preview = home_.client.Call(request);
  ASSERT_EQ(preview.Text(), "OK");
  EXPECT_EQ(preview->token(), "");
  EXPECT_EQ(preview->service_account().tokens_size(), 2);  // as the call would leave it
  request.set_validate_only(false);
  const auto issued = home_.client.Call(request);
  EXPECT_EQ(issued->token().rfind("roster_sa_", 0), 0U);
  EXPECT_GE(issued->token().size(), 10U + 43U);  // 256 bits
}

TEST_F(ValidateOnlyTest, RefusesAsTheCallWould) {
  auto taken = NewUser(home_.id, "ann", {"viewer"});
  taken.set_validate_only(true);
  EXPECT_EQ(home_.client.Call(taken).Text(), "ALREADY_EXISTS EMAIL_TAKEN {user_id: " + ann_ + "}");
  EXPECT_EQ(home_.As({"viewer"}).Call(taken).Text(),
            "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.create}");
  auto last = About<identity::v1::DeleteUserRequest>(home_.id, home_.administrator_id);
  last.set_validate_only(true);
  EXPECT_EQ(home_.client.Call(last).Text(),
            "FAILED_PRECONDITION LAST_ADMINISTRATOR {permission: account.manage}");
  auto unchanged = RoleChange(home_.id, ann_, "viewer");
  unchanged.set_validate_only(true);
  EXPECT_EQ(Try(home_.client, unchanged), "OK unchanged");
}

}  // namespace
}  // namespace roster::api_test
