#include "tests/crash/support/client.h"

#include <atomic>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.pb.h"
#include "tests/crash/support/call.h"

namespace roster::crash {
namespace {

using identity::v1::User;

constexpr int kPageSize = 1000;
constexpr int kInFlight = 16;
constexpr size_t kChunkBytes = 1 << 20;

identity::v1::ImportUsersRequest HeaderOf(const std::string& account_id, size_t size_bytes) {
  identity::v1::ImportUsersRequest request;
  identity::v1::ImportHeader& header = *request.mutable_header();
  header.set_account_id(account_id);
  header.set_size_bytes(size_bytes);
  uint32_t number = 0;
  for (const auto field : {identity::v1::IMPORT_FIELD_FULL_NAME, identity::v1::IMPORT_FIELD_EMAIL,
                           identity::v1::IMPORT_FIELD_USER_NAME, identity::v1::IMPORT_FIELD_TITLE,
                           identity::v1::IMPORT_FIELD_ROLE}) {
    identity::v1::ColumnMapping& mapping = *header.add_mapping();
    mapping.set_number(++number);
    mapping.set_field(field);
  }
  return request;
}

}  // namespace

std::string Print(const Dump& dump) {
  std::string text = absl::StrCat("position ", dump.position, "\n");
  for (const auto& user : dump.users) absl::StrAppend(&text, user.ShortDebugString(), "\n");
  for (const auto& event : dump.events) absl::StrAppend(&text, event.ShortDebugString(), "\n");
  return text;
}

Client::Client(uint16_t port, const std::string& token) : api_(api_test::Connect(port, token)) {}

absl::StatusOr<User> Client::CreateUser(const std::string& account_id,
                                        const identity::v1::UserProfile& profile) {
  identity::v1::CreateUserRequest request;
  request.set_account_id(account_id);
  *request.mutable_profile() = profile;
  request.add_roles("viewer");
  auto response = Call(api_, request);
  if (!response.ok()) return response.status();
  return response->user();
}

absl::StatusOr<User> Client::DeleteUser(const std::string& account_id, const std::string& user_id) {
  identity::v1::DeleteUserRequest request;
  request.set_account_id(account_id);
  request.set_user_id(user_id);
  auto response = Call(api_, request);
  if (!response.ok()) return response.status();
  return response->user();
}

absl::StatusOr<User> Client::EraseUser(const std::string& account_id, const User& user) {
  identity::v1::EraseUserRequest request;
  request.set_account_id(account_id);
  request.set_user_id(user.user_id());
  request.set_expected_revision(user.revision());
  auto response = Call(api_, request);
  if (!response.ok()) return response.status();
  return response->user();
}

absl::StatusOr<std::vector<std::optional<User>>> Client::GetUsers(
    const std::vector<identity::v1::GetUserRequest>& requests) {
  std::vector<absl::StatusOr<identity::v1::GetUserResponse>> answers(requests.size());
  std::atomic<size_t> next = 0;
  std::vector<std::thread> askers;
  askers.reserve(kInFlight);
  for (int i = 0; i < kInFlight; ++i) {
    askers.emplace_back([&] {
      for (size_t k = next++; k < requests.size(); k = next++) answers[k] = Call(api_, requests[k]);
    });
  }
  for (std::thread& asker : askers) asker.join();
  std::vector<std::optional<User>> users;
  for (auto& answer : answers) {
    if (answer.ok()) {
      users.emplace_back(std::move(*answer->mutable_user()));
    } else if (absl::IsNotFound(answer.status())) {
      users.emplace_back();
    } else {
      return answer.status();
    }
  }
  return users;
}

absl::StatusOr<Dump> Client::ReadAll(const std::string& account_id) {
  Dump dump;
  for (const char* filter : {"", "status = DISABLED", "status = DELETED"}) {
    if (absl::Status status = ReadUsers(account_id, filter, dump); !status.ok()) return status;
  }
  if (absl::Status status = ReadEvents(account_id, dump); !status.ok()) return status;
  return dump;
}

absl::Status Client::ReadUsers(const std::string& account_id, const std::string& filter,
                               Dump& dump) {
  identity::v1::ListUsersRequest request;
  request.set_account_id(account_id);
  request.set_filter(filter);
  request.set_page_size(kPageSize);
  do {
    auto page = Call(api_, request);
    if (!page.ok()) return page.status();
    for (User& user : *page->mutable_users()) dump.users.push_back(std::move(user));
    dump.position = page->position();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status Client::ReadEvents(const std::string& account_id, Dump& dump) {
  audit::v1::ListEventsRequest request;
  request.set_account_id(account_id);
  request.set_subject_id(account_id);
  request.set_page_size(kPageSize);
  do {
    auto page = Call(api_, request);
    if (!page.ok()) return page.status();
    for (auto& event : *page->mutable_events()) dump.events.push_back(std::move(event));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

ImportAnswer Client::Import(const std::string& account_id, const std::string& csv,
                            const ImportHooks& hooks) {
  const auto stream = api_.Import();
  bool sent = stream->Send(HeaderOf(account_id, csv.size()));
  for (size_t begin = 0; sent && begin < csv.size(); begin += kChunkBytes) {
    identity::v1::ImportUsersRequest request;
    request.set_chunk(csv.substr(begin, kChunkBytes));
    sent = stream->Send(request);
  }
  hooks.before_end();
  stream->HalfClose();
  ImportAnswer answer;
  identity::v1::ImportUsersResponse response;
  while (stream->Receive(response)) {
    if (response.has_summary()) {
      answer.summary = response.summary();
    } else {
      answer.groups.push_back(response.rows());
      hooks.told();
    }
  }
  answer.status = stream->Finish().ToStatus();
  return answer;
}

absl::StatusOr<Account> CreateMatrixAccount(uint16_t port, const std::string& operator_token) {
  const api_test::Client client = api_test::Connect(port, operator_token);
  identity::v1::CreateAccountRequest account;
  account.set_display_name("Harbour");
  account.set_preset(event::v1::PRESET_ROLE_MATRIX);
  account.mutable_administrator()->set_full_name("First Administrator");
  account.mutable_administrator()->set_email("first@harbour.example");
  account.mutable_administrator()->set_user_name("first");
  const auto created = Call(client, account);
  if (!created.ok()) return created.status();
  identity::v1::CreateServiceAccountRequest service;
  service.set_account_id(created->account().account_id());
  service.set_name("loader");
  service.add_roles("super_admin");
  const auto made = Call(client, service);
  if (!made.ok()) return made.status();
  identity::v1::IssueServiceTokenRequest token;
  token.set_account_id(service.account_id());
  token.set_service_account_id(made->service_account().service_account_id());
  const auto issued = Call(client, token);
  if (!issued.ok()) return issued.status();
  return Account{.id = service.account_id(), .token = issued->token()};
}

absl::StatusOr<bool> IsServing(uint16_t port, const std::string& service) {
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  grpc::health::v1::HealthCheckResponse response;
  const auto result = api_test::Connect(port, "").Invoke(
      "grpc.health.v1.Health/Check", request, response, {.metadata = {}, .deadline = kLongestCall});
  if (!result.ok()) return result.ToStatus();
  return response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
}

}  // namespace roster::crash
