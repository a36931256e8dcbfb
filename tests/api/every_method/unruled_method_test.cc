// What keeps the server from starting: a method whose rule, request or handler is not in order.
// (R53, R103: no RPC without a permission)

#include <gtest/gtest.h>

#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/text_format.h"
#include "roster/authorization/v1/rule.pb.h"
#include "roster/identity/v1/account.pb.h"
#include "roster/identity/v1/import.pb.h"
#include "roster/identity/v1/user.pb.h"
#include "services/access/handlers.h"
#include "services/call/stream.h"
#include "services/method/method.h"

namespace roster::api_test {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptorProto;
using services::Handler;
using services::Handlers;

// A service of one method, as somebody could write it by mistake.
struct Case {
  const char* name;
  const char* rule;     // text of the option; null: the method has none
  const char* request;  // one of ours
  bool streams;
  char handler;          // q: of a query, c: of a command, s: of a stream, -: none
  const char* expected;  // what follows "roster.test.v1.OddService/Odd ", or "OK"
};

constexpr const char* kUser = "GetUserRequest";
constexpr const char* kNoAccount = "ListAccountsRequest";
constexpr const char* kStream = "ImportUsersRequest";

const Case kCases[] = {
    {"InOrder", "permission: 'users.view'", kUser, false, 'q', "OK"},
    {"StreamInOrder", "permission: 'users.import'", kStream, true, 's', "OK"},
    {"OperatorInOrder", "operator: true", kNoAccount, false, 'q', "OK"},
    {"NoRule", nullptr, kUser, false, 'q', "has no authorization rule"},
    {"EmptyRule", "", kUser, false, 'q', "has no authorization rule"},
    {"StreamWithoutRule", nullptr, kStream, true, 's', "has no authorization rule"},
    {"UnknownPermission", "permission: 'users.bless'", kUser, false, 'q',
     "requires the permission users.bless, which does not exist"},
    {"UnknownPermissionOrOperator", "permission_or_operator: 'users'", kUser, false, 'q',
     "requires the permission users, which does not exist"},
    {"UnknownPermissionOrSelf", "self_or_permission: 'users.viewer'", kUser, false, 'q',
     "requires the permission users.viewer, which does not exist"},
    {"NoAccount", "permission: 'users.view'", kNoAccount, false, 'q',
     "requires a permission, but its request names no account_id"},
    {"NoUserForSelf", "self_or_permission: 'users.view'", "ListUsersRequest", false, 'q',
     "lets users act on themselves, but its request names no user_id"},
    {"UnaryWithoutHandler", "permission: 'users.view'", kUser, false, '-',
     "has no handler of its kind"},
    {"UnaryWithStream", "permission: 'users.view'", kUser, false, 's',
     "has no handler of its kind"},
    {"StreamWithoutHandler", "permission: 'users.import'", kStream, true, '-',
     "has no handler of its kind"},
    {"StreamWithQuery", "permission: 'users.import'", kStream, true, 'q',
     "has no handler of its kind"},
    {"QueryLikeACommand", "permission: 'users.view'", "CreateUserRequest", false, 'q',
     "lacks the field as_of (AsOf) in its request"},
    {"QueryWithoutAnyFields", "operator: true", "ColumnMapping", false, 'q',
     "lacks the field as_of (AsOf) in its request"},
    {"CommandLikeAQuery", "permission: 'users.view'", kUser, false, 'c',
     "lacks the field request_id (string) in its request"},
    {"CommandAnsweredLikeAQuery", "permission: 'users.view'", "CreateUserRequest", false, 'c',
     "lacks the field changed (bool) in its response"},
};

FileDescriptorProto FileOf(const Case& odd) {
  FileDescriptorProto file;
  file.set_name("roster/test/v1/odd.proto");
  file.set_package("roster.test.v1");
  file.set_syntax("proto3");
  for (const auto* used :
       {identity::v1::GetUserRequest::descriptor(), identity::v1::ListAccountsRequest::descriptor(),
        identity::v1::ImportUsersRequest::descriptor(), authorization::v1::Rule::descriptor()}) {
    file.add_dependency(used->file()->name());
  }
  auto& service = *file.add_service();
  service.set_name("OddService");
  auto& method = *service.add_method();
  method.set_name("Odd");
  method.set_input_type(std::string(".roster.identity.v1.") + odd.request);
  method.set_output_type(".roster.identity.v1.GetUserResponse");
  method.set_client_streaming(odd.streams);
  method.set_server_streaming(odd.streams);
  if (odd.rule != nullptr) {
    auto& rule = *method.mutable_options()->MutableExtension(authorization::v1::rule);
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(odd.rule, &rule)) << odd.rule;
  }
  return file;
}

Handler HandlerOf(char kind) {
  Handler handler;
  if (kind == 'q') {
    handler.query = [](const auto&, const auto&, auto&) { return absl::OkStatus(); };
  } else if (kind == 'c') {
    handler.command = [](const auto&, const auto&, auto&) {
      return absl::StatusOr<services::PreparedCommand>(absl::InternalError(""));
    };
  } else {
    handler.stream = [](const auto&) { return nullptr; };
  }
  return handler;
}

class UnruledMethodTest : public testing::TestWithParam<Case> {};

TEST_P(UnruledMethodTest, KeepsTheServerFromStarting) {
  const Case& odd = GetParam();
  DescriptorPool pool(DescriptorPool::generated_pool());
  const auto* file = pool.BuildFile(FileOf(odd));
  ASSERT_NE(file, nullptr);
  Handlers handlers;
  if (odd.handler != '-') handlers["Odd"] = HandlerOf(odd.handler);
  services::Metrics metrics;
  const auto methods = services::ReadMethods(*file->service(0), handlers, metrics);
  if (std::string(odd.expected) == "OK") {
    ASSERT_TRUE(methods.ok()) << methods.status();
    EXPECT_EQ(methods->size(), 1U);
    return;
  }
  EXPECT_EQ(methods.status(), absl::FailedPreconditionError(
                                  std::string("roster.test.v1.OddService/Odd ") + odd.expected));
}
INSTANTIATE_TEST_SUITE_P(Methods, UnruledMethodTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

// The real services without one of their handlers.
TEST(UnruledMethodTest, RealServiceWithoutAHandler) {
  const auto* service =
      DescriptorPool::generated_pool()->FindServiceByName("roster.access.v1.AccessService");
  services::Metrics metrics;
  EXPECT_TRUE(services::ReadMethods(*service, services::AccessHandlers(), metrics).ok());
  Handlers handlers = services::AccessHandlers();
  handlers.erase("Check");
  EXPECT_EQ(services::ReadMethods(*service, handlers, metrics).status(),
            absl::FailedPreconditionError(
                "roster.access.v1.AccessService/Check has no handler of its kind"));
  handlers = services::AccessHandlers();
  handlers["Bless"] = handlers["Check"];
  EXPECT_EQ(services::ReadMethods(*service, handlers, metrics).status(),
            absl::FailedPreconditionError("roster.access.v1.AccessService has no method Bless, but "
                                          "a handler of that name"));
}

}  // namespace
}  // namespace roster::api_test
