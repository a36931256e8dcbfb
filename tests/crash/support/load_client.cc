#include "tests/crash/support/load_client.h"

#include "tests/crash/support/call.h"

namespace roster::crash {
namespace {

// Fills in what all requests have.
template <typename Request>
Request Of(const Account& account, const ChangeRequest& change) {
  Request request;
  request.set_account_id(account.id);
  request.set_request_id(change.id);
  if constexpr (requires { request.set_user_id(""); }) request.set_user_id(change.user_id);
  if constexpr (requires { request.set_expected_revision(0); }) {
    request.set_expected_revision(change.revision);
  }
  return request;
}

template <typename Response>
absl::StatusOr<ChangeAnswer> AnswerOf(const absl::StatusOr<Response>& response) {
  if (!response.ok()) return response.status();
  return ChangeAnswer{response->position(), response->changed(), response->user().user_id()};
}

}  // namespace

LoadClient::LoadClient(uint16_t port, const Account& account)
    : account_(account), api_(api_test::Connect(port, account.token)) {}

bool LoadClient::Connected() { return api_.AwaitConnected(kLongestCall); }

absl::StatusOr<ChangeAnswer> LoadClient::Create(const ChangeRequest& change) {
  auto request = Of<identity::v1::CreateUserRequest>(account_, change);
  request.mutable_profile()->set_full_name("Person of " + change.id);
  request.mutable_profile()->set_email(change.id + "@harbour.example");
  request.mutable_profile()->set_user_name(change.id);
  request.add_roles("viewer");
  return AnswerOf(Call(api_, request));
}

absl::StatusOr<ChangeAnswer> LoadClient::Update(const ChangeRequest& change) {
  auto request = Of<identity::v1::UpdateUserRequest>(account_, change);
  request.mutable_profile()->set_title("Title of " + change.id);
  request.mutable_update_mask()->add_paths("title");
  return AnswerOf(Call(api_, request));
}

absl::StatusOr<ChangeAnswer> LoadClient::ChangeRole(const ChangeRequest& change) {
  auto request = Of<access::v1::ChangeUserRoleRequest>(account_, change);
  request.set_role(change.id.back() % 2 == 0 ? "creator" : "viewer");
  return AnswerOf(Call(api_, request));
}

absl::StatusOr<ChangeAnswer> LoadClient::Send(const ChangeRequest& change) {
  const auto send = [&](const auto& request) { return AnswerOf(Call(api_, request)); };
  switch (change.change) {
    case Change::kCreate:
      return Create(change);
    case Change::kUpdate:
      return Update(change);
    case Change::kChangeRole:
      return ChangeRole(change);
    case Change::kDisable:
      return send(Of<identity::v1::DisableUserRequest>(account_, change));
    case Change::kEnable:
      return send(Of<identity::v1::EnableUserRequest>(account_, change));
    case Change::kDelete:
      return send(Of<identity::v1::DeleteUserRequest>(account_, change));
    case Change::kRestore:
      return send(Of<identity::v1::RestoreUserRequest>(account_, change));
    case Change::kErase:
      return send(Of<identity::v1::EraseUserRequest>(account_, change));
  }
  return absl::InternalError("no such change");
}

absl::StatusOr<Seen> LoadClient::Read(const std::string& user_id) {
  identity::v1::GetUserRequest request;
  request.set_account_id(account_.id);
  request.set_user_id(user_id);
  const auto response = Call(api_, request);
  if (!response.ok()) return response.status();
  return Seen{response->position(), response->user().revision()};
}

}  // namespace roster::crash
