// A server that stops and starts again, on views that are missing or another store's.

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/crash/support/import_check.h"
#include "tests/crash/support/process.h"

namespace roster::crash {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr int kRows = 1'000;

class RestartTest : public testing::Test {
 protected:
  // A store with users of every origin: created with the account, imported, deleted.
  static Account Fill(uint16_t port, const std::string& operator_token) {
    Account account = CreateMatrixAccount(port, operator_token).value();
    Client client(port, account.token);
    EXPECT_TRUE(client.Import(account.id, CsvOf(1, kRows)).summary);
    const auto user = client.CreateUser(account.id, PersonOf({2, 1})).value();
    EXPECT_TRUE(client.DeleteUser(account.id, user.user_id()).ok());
    return account;
  }

  void SetUp() override {
    const std::string operator_token = Init(directory_, data_dir_);
    Start();
    account_ = Fill(server_->port(), operator_token);
    dump_ = ReadAll();
    EXPECT_THAT(dump_, HasSubstr("USER_STATUS_DELETED"));
  }

  void Start() {
    server_.emplace(directory_, data_dir_);
    server_->AwaitReady();
  }

  std::string ReadAll() {
    return Print(Client(server_->port(), account_.token).ReadAll(account_.id).value());
  }

  const TempDirectory directory_;
  const std::string data_dir_ = directory_ / "data";
  const std::string views_ = data_dir_ + "/views";
  std::optional<Server> server_;
  Account account_;
  std::string dump_;
};

TEST_F(RestartTest, StopsCleanlyAndComesBackWithEverything) {
  EXPECT_EQ(server_->Stop(), 0);
  EXPECT_THAT(server_->log(), HasSubstr("\"message\":\"stopped\""));
  Start();
  EXPECT_EQ(ReadAll(), dump_);
  // What a clean stop leaves needs no folding.
  EXPECT_THAT(server_->log(), Not(HasSubstr("views:")));
}

// Callers hear of it on both ports while the server still serves them.
TEST_F(RestartTest, SaysNotServingBeforeItGoes) {
  for (const uint16_t port : {server_->port(), server_->health_port()}) {
    EXPECT_TRUE(IsServing(port).value());
  }
  Health::Stub stub(grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->health_port()),
                                        grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  HealthCheckRequest request;
  HealthCheckResponse response;
  const auto watch = stub.Watch(&context, request);
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);

  server_->process().Signal(SIGTERM);
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(IsServing(server_->port()).value());
  EXPECT_TRUE(IsServing(server_->port(), "liveness").value());
  EXPECT_EQ(ReadAll(), dump_);
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(server_->process().Wait(absl::Seconds(20)), 0);
}

// Calls that came before the notice ran out are finished, not cut off.
TEST_F(RestartTest, FinishesAnImportThatIsUnderWay) {
  Client client(server_->port(), account_.token);
  ImportHooks hooks;
  hooks.before_end = [this] {
    server_->process().Signal(SIGTERM);
    absl::SleepFor(absl::Milliseconds(1'500));  // half a second longer than the notice
  };
  const ImportAnswer answer = client.Import(account_.id, CsvOf(3, kRows), hooks);
  EXPECT_THAT(CheckRepeat(answer, {}, 3, kRows), IsEmpty());
  EXPECT_EQ(server_->process().Wait(absl::Seconds(20)), 0);
  Start();
  EXPECT_THAT(ReadAll(), HasSubstr(PersonOf({3, kRows}).email()));
}

TEST_F(RestartTest, BuildsMissingViewsFromTheLog) {
  EXPECT_EQ(server_->Stop(), 0);
  std::filesystem::remove_all(views_);
  Start();
  EXPECT_THAT(server_->log(), HasSubstr("views: there are none, building them"));
  EXPECT_EQ(ReadAll(), dump_);
}

TEST_F(RestartTest, DropsTheViewsOfAnotherStore) {
  EXPECT_EQ(server_->Stop(), 0);
  const std::string other = directory_ / "other";
  const std::string operator_token = Init(directory_, other);
  Server server(directory_, other);
  server.AwaitReady();
  Fill(server.port(), operator_token);
  EXPECT_EQ(server.Stop(), 0);

  std::filesystem::remove_all(views_);
  std::filesystem::copy(other + "/views", views_, std::filesystem::copy_options::recursive);
  Start();
  EXPECT_THAT(server_->log(), HasSubstr("views: dropped, they belong to another log"));
  EXPECT_EQ(ReadAll(), dump_);
}

// Views that are ahead: the log is an older copy of itself.
// An older copy of the log is refused while a checkpoint tells of more; with the checkpoint of then
// it is served, and views that know more are dropped.
TEST_F(RestartTest, AnOlderLogNeedsTheCheckpointOfThen) {
  EXPECT_EQ(server_->Stop(), 0);
  const std::string older = directory_ / "older";
  const std::string checkpoint = data_dir_ + ".checkpoint";
  std::filesystem::copy(data_dir_ + "/log", older, std::filesystem::copy_options::recursive);
  std::filesystem::copy(checkpoint, older + ".checkpoint");
  Start();
  Client(server_->port(), account_.token).CreateUser(account_.id, PersonOf({4, 1})).value();
  EXPECT_EQ(server_->Stop(), 0);

  std::filesystem::remove_all(data_dir_ + "/log");
  std::filesystem::rename(older, data_dir_ + "/log");
  const Ended refused = RunToEnd(directory_, {"--data-dir", data_dir_});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("records are missing"));
  std::filesystem::rename(older + ".checkpoint", checkpoint);
  Start();
  EXPECT_THAT(server_->log(), HasSubstr("views: dropped, they are at position"));
  EXPECT_EQ(ReadAll(), dump_);
}

}  // namespace
}  // namespace roster::crash
