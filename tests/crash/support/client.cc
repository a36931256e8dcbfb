#include "tests/crash/support/client.h"

#include <chrono>
#include <semaphore>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/crash/support/call.h"

namespace roster::crash {
namespace {

using identity::v1::IdentityService;
using identity::v1::User;

constexpr int kPageSize = 1000;
constexpr int kInFlight = 64;
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

Client::Client(uint16_t port, std::string token)
    : token_(std::move(token)), channel_(Connect(port)), identity_(channel_), audit_(channel_) {}

absl::StatusOr<User> Client::CreateUser(const std::string& account_id,
                                        const identity::v1::UserProfile& profile) {
  identity::v1::CreateUserRequest request;
  request.set_account_id(account_id);
  *request.mutable_profile() = profile;
  request.add_roles("viewer");
  auto response = Call(identity_, &IdentityService::Stub::CreateUser, token_, request);
  if (!response.ok()) return response.status();
  return response->user();
}

absl::StatusOr<User> Client::DeleteUser(const std::string& account_id, const std::string& user_id) {
  identity::v1::DeleteUserRequest request;
  request.set_account_id(account_id);
  request.set_user_id(user_id);
  auto response = Call(identity_, &IdentityService::Stub::DeleteUser, token_, request);
  if (!response.ok()) return response.status();
  return response->user();
}

absl::StatusOr<std::vector<std::optional<User>>> Client::GetUsers(
    const std::vector<identity::v1::GetUserRequest>& requests) {
  struct Lookup {
    grpc::ClientContext context;
    identity::v1::GetUserResponse response;
    grpc::Status status;
  };
  std::vector<Lookup> lookups(requests.size());
  std::counting_semaphore<kInFlight> room(kInFlight);
  for (size_t i = 0; i < requests.size(); ++i) {
    room.acquire();
    Lookup& lookup = lookups[i];
    Prepare(lookup.context, token_);
    identity_.async()->GetUser(&lookup.context, &requests[i], &lookup.response,
                               [&lookup, &room](grpc::Status status) {
                                 lookup.status = std::move(status);
                                 room.release();
                               });
  }
  for (int i = 0; i < kInFlight; ++i) room.acquire();
  std::vector<std::optional<User>> users;
  for (Lookup& lookup : lookups) {
    if (lookup.status.ok()) {
      users.emplace_back(std::move(*lookup.response.mutable_user()));
    } else if (lookup.status.error_code() == grpc::StatusCode::NOT_FOUND) {
      users.emplace_back();
    } else {
      return ToAbsl(lookup.status);
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
    auto page = Call(identity_, &IdentityService::Stub::ListUsers, token_, request);
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
    auto page = Call(audit_, &audit::v1::AuditService::Stub::ListEvents, token_, request);
    if (!page.ok()) return page.status();
    for (auto& event : *page->mutable_events()) dump.events.push_back(std::move(event));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

ImportAnswer Client::Import(const std::string& account_id, const std::string& csv,
                            const ImportHooks& hooks) {
  grpc::ClientContext context;
  Prepare(context, token_);
  const auto stream = identity_.ImportUsers(&context);
  bool sent = stream->Write(HeaderOf(account_id, csv.size()));
  for (size_t begin = 0; sent && begin < csv.size(); begin += kChunkBytes) {
    identity::v1::ImportUsersRequest request;
    request.set_chunk(csv.substr(begin, kChunkBytes));
    sent = stream->Write(request);
  }
  hooks.before_end();
  stream->WritesDone();
  ImportAnswer answer;
  identity::v1::ImportUsersResponse response;
  while (stream->Read(&response)) {
    if (response.has_summary()) {
      answer.summary = response.summary();
    } else {
      answer.groups.push_back(response.rows());
      hooks.told();
    }
  }
  answer.status = ToAbsl(stream->Finish());
  return answer;
}

absl::StatusOr<Account> CreateMatrixAccount(uint16_t port, const std::string& operator_token) {
  Client client(port, operator_token);
  identity::v1::CreateAccountRequest account;
  account.set_display_name("Harbour");
  account.set_preset(event::v1::PRESET_ROLE_MATRIX);
  account.mutable_administrator()->set_full_name("First Administrator");
  account.mutable_administrator()->set_email("first@harbour.example");
  account.mutable_administrator()->set_user_name("first");
  const auto created =
      Call(client.identity_, &IdentityService::Stub::CreateAccount, client.token_, account);
  if (!created.ok()) return created.status();
  identity::v1::CreateServiceAccountRequest service;
  service.set_account_id(created->account().account_id());
  service.set_name("loader");
  service.add_roles("super_admin");
  const auto made =
      Call(client.identity_, &IdentityService::Stub::CreateServiceAccount, client.token_, service);
  if (!made.ok()) return made.status();
  identity::v1::IssueServiceTokenRequest token;
  token.set_account_id(service.account_id());
  token.set_service_account_id(made->service_account().service_account_id());
  const auto issued =
      Call(client.identity_, &IdentityService::Stub::IssueServiceToken, client.token_, token);
  if (!issued.ok()) return issued.status();
  return Account{.id = service.account_id(), .token = issued->token()};
}

absl::StatusOr<bool> IsServing(uint16_t port, const std::string& service) {
  using grpc::health::v1::Health;
  using grpc::health::v1::HealthCheckResponse;
  Health::Stub stub(Connect(port));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kLongestCall);
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  HealthCheckResponse response;
  const grpc::Status status = stub.Check(&context, request, &response);
  if (!status.ok()) return ToAbsl(status);
  return response.status() == HealthCheckResponse::SERVING;
}

}  // namespace roster::crash
