#include "tests/api/server_fixture.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "services/store_commands.h"
#include "services/store_paths.h"

namespace roster::api_test {
namespace {

using identity::v1::ImportUsersRequest;
using identity::v1::ImportUsersResponse;

std::unique_ptr<TestServer>& Shared() {
  static auto* const kShared = new std::unique_ptr<TestServer>;
  return *kShared;
}

// Stops the shared server while the process is still whole.
class StopShared final : public testing::Environment {
 public:
  void TearDown() override { Shared() = nullptr; }
};
const auto* const kStopShared = testing::AddGlobalTestEnvironment(new StopShared);

[[noreturn]] void Fail(std::string_view what) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace

TestServer::TestServer(services::Options options, std::optional<services::TlsIdentity> client,
                       std::FILE* log, absl::Duration stream_silence)
    : options_(std::move(options)),
      client_(std::move(client)),
      stream_silence_(stream_silence),
      logger_(log == nullptr ? stderr : log,
              log == nullptr ? services::Level::kError : services::Level::kDebug) {
  options_.data_dir = directory_ / "data";
  options_.listen = options_.health_listen = options_.metrics_listen = services::kAnyPort;
  options_.cache_bytes = 8 << 20;
  const auto token = services::InitStore(services::StorePathsOf(options_), absl::Now());
  if (!token.ok()) Fail(token.status().ToString());
  operator_ = operator_.As(*token);
  Start();
}

void TestServer::Restart(const std::function<void(const storage::StorePaths&)>& meanwhile) {
  server_ = nullptr;
  if (meanwhile) meanwhile(services::StorePathsOf(options_));
  Start();
}

void TestServer::Start() {
  auto server = services::Server::Start(
      options_, {.logger = logger_,
                 .clock = [this] { return Clock(); },
                 .uptime = [this] { return storage::Uptime() + absl::Nanoseconds(passed_.load()); },
                 .stream_silence = stream_silence_,
                 .on_failure = [](std::string_view what) { Fail(what); }});
  if (!server.ok()) Fail(server.status().ToString());
  server_ = *std::move(server);
  const std::string certificate =
      options_.tls ? services::ReadAll(options_.tls->certificate) : std::string();
  operator_ = Connect(server_->port(), operator_.token(), certificate, client_);
}

TestServer::~TestServer() = default;

uint64_t TestServer::Position() const {
  return op().Call(identity::v1::ListAccountsRequest())->position();
}

TestServer& SharedServer() {
  if (Shared() == nullptr) Shared() = std::make_unique<TestServer>();
  return *Shared();
}

Home::Home(Preset preset, TestServer& test_server) : server(&test_server) {
  const auto created = server->op().Call(NewAccount(preset));
  EXPECT_EQ(created.Text(), "OK");
  id = created->account().account_id();
  administrator_id = created->administrator_id();
  client = As({"super_admin"});
}

Service Home::NewService(const std::vector<std::string>& roles) const {
  static std::atomic<int> count = 0;
  auto request = In<identity::v1::CreateServiceAccountRequest>(id);
  request.set_name(absl::StrCat("service ", ++count));
  *request.mutable_roles() = {roles.begin(), roles.end()};
  const auto created = server->op().Call(request);
  EXPECT_EQ(created.Text(), "OK");
  auto issue = In<identity::v1::IssueServiceTokenRequest>(id);
  issue.set_service_account_id(created->service_account().service_account_id());
  const auto issued = server->op().Call(issue);
  EXPECT_EQ(issued.Text(), "OK");
  return {issue.service_account_id(), issued->token_id(), server->op().As(issued->token())};
}

std::string Home::Create(const identity::v1::CreateUserRequest& request) const {
  const auto created = client.Call(request);
  EXPECT_EQ(created.Text(), "OK") << request.ShortDebugString();
  return created->user().user_id();
}

std::string Home::Create(const std::string& name, const std::vector<std::string>& roles) const {
  return Create(NewUser(id, name, roles));
}

identity::v1::User Home::Get(const std::string& user_id) const {
  const auto read = client.Call(About<identity::v1::GetUserRequest>(id, user_id));
  EXPECT_EQ(read.Text(), "OK");
  return read->user();
}

std::string Home::Check(const std::string& user_id, const std::string& permission) const {
  const auto answer = client.Call(Question(id, user_id, permission));
  return answer.ok() ? TextOf(answer->result()) : answer.Text();
}

std::vector<std::string> Home::Names(const std::string& filter) const {
  const auto listed = client.Call(List(id, filter));
  EXPECT_EQ(listed.Text(), "OK");
  auto names = NamesOf(listed.response);
  std::sort(names.begin(), names.end());
  return names;
}

Imported ImportFile(const Client& client, const identity::v1::ImportHeader& header,
                    const std::string& file, size_t piece_bytes) {
  const auto stream = client.Import();
  ImportUsersRequest part;
  *part.mutable_header() = header;
  bool open = stream->Send(part);
  for (size_t at = 0; open && at < file.size(); at += piece_bytes) {
    part.set_chunk(file.substr(at, piece_bytes));
    open = stream->Send(part);
  }
  if (open) stream->HalfClose();
  Imported imported;
  ImportUsersResponse told;
  while (stream->Receive(told)) {
    if (told.has_summary()) imported.summary = told.summary();
    imported.rows.insert(imported.rows.end(), told.rows().rows().begin(), told.rows().rows().end());
  }
  imported.result = stream->Finish();
  return imported;
}

identity::v1::ImportHeader FourColumns(const std::string& account_id) {
  identity::v1::ImportHeader header;
  header.set_account_id(account_id);
  uint32_t number = 0;
  for (const auto field : {identity::v1::IMPORT_FIELD_FULL_NAME, identity::v1::IMPORT_FIELD_EMAIL,
                           identity::v1::IMPORT_FIELD_USER_NAME, identity::v1::IMPORT_FIELD_ROLE}) {
    auto& mapping = *header.add_mapping();
    mapping.set_number(++number);
    mapping.set_field(field);
  }
  return header;
}

std::string Rows(const std::string& name, int count, const std::string& role) {
  std::string rows;
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&rows, name, " ", i, ",", name, i, "@example.org,", name, i, ",", role, "\n");
  }
  return rows;
}

identity::v1::ImportHeader PeopleHeader(const std::string& account_id) {
  identity::v1::ImportHeader header;
  header.set_account_id(account_id);
  header.set_has_header(true);
  const std::pair<const char*, identity::v1::ImportField> columns[] = {
      {"name", identity::v1::IMPORT_FIELD_FULL_NAME},
      {"EMAIL", identity::v1::IMPORT_FIELD_EMAIL},
      {"User name", identity::v1::IMPORT_FIELD_USER_NAME},
      {" title ", identity::v1::IMPORT_FIELD_TITLE},
      {"Groups", identity::v1::IMPORT_FIELD_ROLE}};
  for (const auto& [name, field] : columns) {
    auto& mapping = *header.add_mapping();
    mapping.set_name(name);
    mapping.set_field(field);
  }
  return header;
}

std::string OutcomeOf(const identity::v1::ImportedRow& row) {
  if (!row.has_error()) return row.user_id().empty() ? "nothing" : "created";
  const std::string& field = row.error().field();
  return field.empty() ? row.error().reason() : row.error().reason() + " " + field;
}

}  // namespace roster::api_test
