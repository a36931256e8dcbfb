#include "tests/api/every_method/samples.h"

#include <gtest/gtest.h>

#include <functional>
#include <type_traits>

#include "absl/strings/str_cat.h"

namespace roster::api_test {
namespace {

using namespace access::v1;    // NOLINT: the requests of the table
using namespace identity::v1;  // NOLINT: the same

struct Row {
  const Descriptor* request;
  std::function<std::unique_ptr<Message>(const SampleAccount&)> build;
};

// A row from a function that builds the request.
template <typename Build>
Row Of(Build build) {
  using Request = std::invoke_result_t<Build, const SampleAccount&>;
  return {Request::descriptor(),
          [build](const SampleAccount& a) { return std::make_unique<Request>(build(a)); }};
}

// A row of a request about the account, its user or its service account alone.
template <typename Request>
Row InAccount() {
  return Of([](const SampleAccount& a) { return In<Request>(a.home.id); });
}
template <typename Request>
Row AboutUser(std::string SampleAccount::*user_id = &SampleAccount::user_id) {
  return Of([user_id](const SampleAccount& a) { return About<Request>(a.home.id, a.*user_id); });
}
template <typename Request>
Request AboutService(const SampleAccount& a) {
  auto request = In<Request>(a.home.id);
  request.set_service_account_id(a.service.service_account_id);
  return request;
}

ImportUsersRequest Import(const SampleAccount& a) {
  ImportUsersRequest request;
  *request.mutable_header() = FourColumns(a.home.id);
  return request;
}

UpdateAccountPolicyRequest Policy(const SampleAccount& a) {
  auto request = In<UpdateAccountPolicyRequest>(a.home.id);
  request.mutable_policy()->set_hide_disabled(true);
  request.mutable_update_mask()->add_paths("hide_disabled");
  return request;
}

SetCertificatePrefixesRequest Prefixes(const SampleAccount& a) {
  auto request = In<SetCertificatePrefixesRequest>(a.home.id);
  request.add_prefixes(a.prefix);
  request.add_prefixes("spiffe://example.net/" + a.home.id + "/");
  return request;
}

BatchGetUsersRequest Users(const SampleAccount& a) {
  auto request = In<BatchGetUsersRequest>(a.home.id);
  request.add_user_ids(a.user_id);
  request.add_user_ids(a.disabled_id);
  return request;
}

EraseUserRequest Erase(const SampleAccount& a) {
  auto request = About<EraseUserRequest>(a.home.id, a.user_id);
  request.set_expected_revision(1);
  return request;
}

CreateServiceAccountRequest NewServiceAccount(const SampleAccount& a) {
  auto request = In<CreateServiceAccountRequest>(a.home.id);
  request.set_name("robot");
  request.add_roles("auditor");
  return request;
}

RevokeServiceTokenRequest Revoke(const SampleAccount& a) {
  auto request = AboutService<RevokeServiceTokenRequest>(a);
  request.set_token_id(a.service.token_id);
  return request;
}

BindCertificateRequest Bind(const SampleAccount& a) {
  auto request = AboutService<BindCertificateRequest>(a);
  request.set_identity(a.prefix + "other");
  return request;
}

UnbindCertificateRequest Unbind(const SampleAccount& a) {
  auto request = AboutService<UnbindCertificateRequest>(a);
  request.set_identity(a.identity);
  return request;
}

BatchCheckRequest Checks(const SampleAccount& a) {
  auto request = In<BatchCheckRequest>(a.home.id);
  for (const std::string& user_id : {a.user_id, a.disabled_id}) {
    auto& item = *request.add_items();
    item.set_user_id(user_id);
    item.set_permission("users.view");
  }
  return request;
}

audit::v1::ListEventsRequest Events(const SampleAccount& a) {
  auto request = In<audit::v1::ListEventsRequest>(a.home.id);
  request.set_subject_id(a.user_id);
  return request;
}

// A row a method, in the order of the services.
const std::vector<Row>& Table() {
  static const auto* rows = new std::vector<Row>{
      Of([](const SampleAccount&) { return NewAccount(event::v1::PRESET_WORKFORCE); }),
      InAccount<GetAccountRequest>(),
      Of([](const SampleAccount&) { return ListAccountsRequest(); }),
      Of(Policy),
      Of(Prefixes),
      Of([](const SampleAccount& a) { return NewUser(a.home.id, "new", {"viewer"}); }),
      AboutUser<GetUserRequest>(),
      Of(Users),
      InAccount<ListUsersRequest>(),
      InAccount<CountUsersRequest>(),
      Of([](const SampleAccount& a) { return Update(a.home.id, a.user_id, "title", "Chief"); }),
      AboutUser<EnableUserRequest>(&SampleAccount::disabled_id),
      AboutUser<DisableUserRequest>(),
      AboutUser<ApproveUserRequest>(&SampleAccount::unapproved_id),
      AboutUser<RevokeApprovalRequest>(),
      AboutUser<DeleteUserRequest>(),
      Of(Erase),
      AboutUser<RestoreUserRequest>(&SampleAccount::deleted_id),
      Of(Import),
      Of(NewServiceAccount),
      InAccount<ListServiceAccountsRequest>(),
      Of(AboutService<DisableServiceAccountRequest>),
      Of(AboutService<IssueServiceTokenRequest>),
      Of(Revoke),
      Of(Bind),
      Of(Unbind),
      InAccount<ListRolesRequest>(),
      Of([](const SampleAccount& a) { return RoleChange(a.home.id, a.user_id, "admin"); }),
      Of([](const SampleAccount& a) { return Question(a.home.id, a.user_id, "users.view"); }),
      Of(Checks),
      Of([](const SampleAccount&) { return GetCallerCapabilitiesRequest(); }),
      Of(Events),
  };
  return *rows;
}

}  // namespace

SampleAccount::SampleAccount(TestServer& server)
    : home(event::v1::PRESET_ROLE_MATRIX, server),
      user_id(home.Create("sample", {"viewer"})),
      disabled_id(home.Create("disabled", {"viewer"})),
      deleted_id(home.Create("deleted", {"viewer"})),
      unapproved_id(home.Create("unapproved", {"viewer"})),
      service(home.NewService({"auditor"})),
      prefix(absl::StrCat("spiffe://example.org/", home.id, "/")),
      identity(prefix + "service") {
  EXPECT_EQ(Try(home.client, About<DisableUserRequest>(home.id, disabled_id)), "OK");
  EXPECT_EQ(Try(home.client, About<DeleteUserRequest>(home.id, deleted_id)), "OK");
  EXPECT_EQ(Try(home.client, About<RevokeApprovalRequest>(home.id, unapproved_id)), "OK");
  auto delegate = In<SetCertificatePrefixesRequest>(home.id);
  delegate.add_prefixes(prefix);
  EXPECT_EQ(Try(server.op(), delegate), "OK");
  auto bind = AboutService<BindCertificateRequest>(*this);
  bind.set_identity(identity);
  EXPECT_EQ(Try(home.client, bind), "OK");
  ids = {{"account_id", {home.id}},
         {"user_id", {user_id, disabled_id, deleted_id, unapproved_id}},
         {"service_account_id", {service.service_account_id}},
         {"token_id", {service.token_id}},
         {"request_id", {"0190163d-8694-739b-aea5-966c26f8ad91"}}};
  ids["user_ids"] = ids["subject_id"] = ids["user_id"];
}

const Client& SampleAccount::Authorized(const MethodDescriptor& method) const {
  return RuleOf(method).has_operator_() ? home.server->op() : home.client;
}

std::unique_ptr<Message> Sample(const MethodDescriptor& method, const SampleAccount& account) {
  for (const Row& row : Table()) {
    if (row.request == method.input_type()) return row.build(account);
  }
  ADD_FAILURE() << method.full_name() << " has no sample request: add a row to samples.cc";
  return New(*method.input_type());
}

std::unique_ptr<Message> SampleRest(const MethodDescriptor& method) {
  if (method.input_type() != ImportUsersRequest::descriptor()) return nullptr;
  auto file = std::make_unique<ImportUsersRequest>();
  file->set_chunk(Rows("imported", 1, "viewer"));
  return file;
}

Reply CallSample(const MethodDescriptor& method, const SampleAccount& account) {
  return Invoke(account.Authorized(method), method, *Sample(method, account), {},
                SampleRest(method).get());
}

std::set<std::string> SampledRequests() {
  std::set<std::string> names;
  for (const Row& row : Table()) names.insert(row.request->full_name());
  return names;
}

}  // namespace roster::api_test
