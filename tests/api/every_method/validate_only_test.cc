// validate_only on every mutation: the answer of the real call, and nothing stored. Which methods
// there are comes from the descriptors, and their requests from the samples. (R27,
// R32)

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "tests/api/every_method/samples.h"

namespace roster::api_test {
namespace {

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

// All that the account and the list of accounts show.
std::string Everything(const Home& home) {
  std::string all;
  for (const char* filter : {"", "status = DISABLED", "status = DELETED"}) {
    all += home.client.Call(List(home.id, filter))->DebugString();
  }
  all += AllLists(home.client, home.id);
  all += home.client.Call(In<identity::v1::GetAccountRequest>(home.id))->DebugString();
  identity::v1::ListAccountsRequest accounts;
  accounts.set_page_size(1000);
  return all + home.server->op().Call(accounts)->DebugString();
}

class ValidateOnlyTest : public testing::Test {
 protected:
  template <typename Request>
  Request AboutService() const {
    auto request = In<Request>(home_.id);
    request.set_service_account_id(service_.service_account_id);
    return request;
  }

  const Home home_{event::v1::PRESET_ROLE_MATRIX};
  const std::string ann_ = home_.Create("ann", {"viewer"});
  const Service service_ = home_.NewService({"auditor"});
};

// ImportUsers has the field in its header: tests/api/identity/import_test.cc.
TEST(ValidateOnlyMethodsTest, EveryMutation_R27) {
  for (const MethodDescriptor* method : MethodsWith("validate_only")) {
    SCOPED_TRACE(method->full_name());
    const SampleAccount account;
    const TestServer& server = *account.home.server;
    const Client& client = account.Authorized(*method);
    const auto request = Sample(*method, account);
    const uint64_t position = server.Position();
    const std::string before = Everything(account.home);
    SetFlag(*request, "validate_only", true);
    const Reply preview = Invoke(client, *method, *request);
    ASSERT_EQ(preview.Text(), "OK");
    EXPECT_TRUE(GetFlag(preview.message(), "changed"));
    EXPECT_EQ(server.Position(), position);
    EXPECT_EQ(Everything(account.home), before);
    SetFlag(*request, "validate_only", false);
    const Reply done = Invoke(client, *method, *request);
    ASSERT_EQ(done.Text(), "OK");
    EXPECT_EQ(GetNumber(done.message(), "position"), position + 1);
    EXPECT_EQ(server.Position(), position + 1);
    Blur(*preview.messages[0]);
    Blur(*done.messages[0]);
    EXPECT_EQ(preview.message().DebugString(), done.message().DebugString());
  }
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
