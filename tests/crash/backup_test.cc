// `rosterd backup` of a server with clients that change and erase users, and `rosterd restore` of
// what it wrote; both killed at any time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "storage/log/rocksdb_log.h"
#include "tests/crash/support/load_client.h"
#include "tests/crash/support/process.h"

namespace roster::crash {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

constexpr int kBackups = 20;
constexpr int kClients = 4;
constexpr unsigned kSeed = 20'261'201;

// Between two backups. ROSTER_BACKUP_INTERVAL_MS=5000 for a drill of as long as in operation.
absl::Duration Interval() {
  const char* const asked = std::getenv("ROSTER_BACKUP_INTERVAL_MS");
  return absl::Milliseconds(asked == nullptr ? 20 : std::atoi(asked));
}

// Clients of a server, which create, change and erase users until they are stopped.
class Clients {
 public:
  Clients(uint16_t port, const Account& account) {
    for (int client = 0; client < kClients; ++client) {
      threads_.emplace_back([this, client, port, account] { Run(client, port, account); });
    }
  }
  ~Clients() {
    stopping_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

  // The last position that any of them was told.
  uint64_t told() const { return told_; }
  int erased() const { return erased_; }

 private:
  void Run(int client, uint16_t port, const Account& account) {
    LoadClient server(port, account);
    EXPECT_TRUE(server.Connected());
    std::string user_id;
    for (int sent = 0; !stopping_; ++sent) {
      ChangeRequest request{.id = absl::StrFormat("%08x-0000-4000-8000-%012x", client, sent)};
      request.change = sent % 3 == 0   ? Change::kCreate
                       : sent % 3 == 1 ? Change::kUpdate
                       : sent % 2 == 0 ? Change::kErase
                                       : Change::kDisable;
      request.user_id = request.change == Change::kCreate ? "" : user_id;
      if (request.change == Change::kErase) request.revision = server.Read(user_id)->revision;
      const auto answer = server.Send(request);
      ASSERT_TRUE(answer.ok()) << answer.status();
      if (request.change == Change::kCreate) user_id = answer->user_id;
      if (request.change == Change::kErase) ++erased_;
      uint64_t before = told_;
      while (before < answer->position && !told_.compare_exchange_weak(before, answer->position)) {
      }
    }
  }

  std::atomic<bool> stopping_ = false;
  std::atomic<uint64_t> told_ = 0;
  std::atomic<int> erased_ = 0;
  std::vector<std::thread> threads_;
};

// The records of a log that nobody has open.
std::vector<std::string> RecordsIn(const std::string& data_dir) {
  const auto log = storage::OpenRocksDbLog(data_dir + "/log");
  std::vector<std::string> records;
  for (auto read = (*log)->Read(1, 1'000); !read->empty();
       read = (*log)->Read(records.size() + 1, 1'000)) {
    for (const auto& commit : *read) records.push_back(commit.SerializeAsString());
  }
  return records;
}

class BackupTest : public testing::Test {
 protected:
  void SetUp() override {
    operator_token_ = Init(directory_, data_dir_);
    server_.emplace(directory_, data_dir_);
    server_->AwaitReady();
    account_ = CreateMatrixAccount(server_->port(), operator_token_).value();
  }

  std::string Log(int backup) const { return directory_ / absl::StrCat("log", backup); }
  std::string Vault(int backup) const { return directory_ / absl::StrCat("vault", backup); }
  std::string Data(int backup) const { return directory_ / absl::StrCat("restored", backup); }

  std::vector<std::string> BackupCommand(int backup) const {
    return {"backup",    "--data-dir", data_dir_,    "--log-to",
            Log(backup), "--vault-to", Vault(backup)};
  }
  std::vector<std::string> RestoreCommand(int backup, const std::string& data_dir) const {
    return {"restore",    "--data-dir", data_dir,       "--key-encryption-key", data_dir_ + ".kek",
            "--log-from", Log(backup),  "--vault-from", Vault(backup)};
  }

  void Backup(int backup) {
    const Ended ended = RunToEnd(directory_, BackupCommand(backup));
    ASSERT_EQ(ended.code, 0) << ended.errors;
    EXPECT_THAT(ended.errors, HasSubstr("backed up"));
  }
  // The operator's token of the restored store.
  std::string Restore(int backup, const std::vector<std::string>& more = {}) {
    std::vector<std::string> command = RestoreCommand(backup, Data(backup));
    command.insert(command.end(), more.begin(), more.end());
    Ended ended = RunToEnd(directory_, command);
    EXPECT_EQ(ended.code, 0) << ended.errors;
    EXPECT_EQ(Verify(Data(backup)), 0) << backup;
    while (!ended.output.empty() && ended.output.back() == '\n') ended.output.pop_back();
    return ended.output;
  }
  int Verify(const std::string& data_dir) {
    return RunToEnd(directory_,
                    {"verify", "--data-dir", data_dir, "--key-encryption-key", data_dir_ + ".kek"})
        .code;
  }
  // Serves a restored store in the place of the first.
  void Serve(int backup) {
    server_.emplace(directory_, Data(backup),
                    std::vector<std::string>{"--key-encryption-key", data_dir_ + ".kek"});
    server_->AwaitReady();
  }
  void RemoveData(const std::string& data_dir) {
    for (const char* part : {"", ".vault", ".checkpoint", ".checkpoint.erased"}) {
      fs::remove_all(data_dir + part);
    }
  }
  // Whether the token lets its bearer in.
  bool LetsIn(const std::string& token) const {
    const auto dump = Client(server_->port(), token).ReadAll(account_.id);
    return !absl::IsUnauthenticated(dump.status());
  }

  const TempDirectory directory_;
  const std::string data_dir_ = directory_ / "data";
  std::string operator_token_;
  std::optional<Server> server_;
  Account account_;
};

TEST_F(BackupTest, UnderLoadHasAllThatWasToldBefore) {
  std::vector<uint64_t> told_before;
  {
    Clients clients(server_->port(), account_);
    while (clients.told() < 100) absl::SleepFor(absl::Milliseconds(1));
    for (int backup = 0; backup < kBackups; ++backup) {
      told_before.push_back(clients.told());
      Backup(backup);
      absl::SleepFor(Interval());
    }
    EXPECT_GT(clients.told(), told_before.back()) << "it goes on";
    EXPECT_GT(clients.erased(), kBackups);
  }
  EXPECT_EQ(server_->Stop(), 0);
  const std::vector<std::string> records = RecordsIn(data_dir_);
  for (int backup = 0; backup < kBackups; ++backup) {
    Restore(backup, {"--lost-checkpoint", data_dir_ + ".checkpoint"});
    const std::vector<std::string> restored = RecordsIn(Data(backup));
    // Its own records come after, of who was erased meanwhile too.
    size_t same = 0;
    while (same < std::min(restored.size(), records.size()) && restored[same] == records[same]) {
      ++same;
    }
    EXPECT_GE(same, told_before[backup]);
    event::v1::Commit next;
    ASSERT_LT(same, restored.size());
    ASSERT_TRUE(next.ParseFromString(restored[same]));
    EXPECT_EQ(next.events(0).store_restored().position(), same);
    EXPECT_EQ(next.epoch(), 2u);
  }
  std::printf("%d backups while clients were told %zu commits\n", kBackups, records.size());
  // Starts say nothing of erasures: all are done, with the keys.
  for (const int backup : {0, kBackups - 1}) {
    Serve(backup);
    EXPECT_THAT(server_->log(), Not(HasSubstr("erasures: finishing")));
    EXPECT_EQ(server_->Stop(), 0);
    EXPECT_EQ(Verify(Data(backup)), 0);
  }
}

TEST_F(BackupTest, EndsCredentialsUnlessTheyAreKept) {
  Backup(0);
  Backup(1);
  EXPECT_EQ(server_->Stop(), 0);

  const std::string token = Restore(0);
  Serve(0);
  EXPECT_FALSE(LetsIn(account_.token));
  EXPECT_FALSE(LetsIn(operator_token_));
  EXPECT_TRUE(LetsIn(token));
  EXPECT_TRUE(CreateMatrixAccount(server_->port(), token).ok());
  EXPECT_EQ(server_->Stop(), 0);

  EXPECT_EQ(Restore(1, {"--keep-service-tokens"}), "");
  Serve(1);
  EXPECT_TRUE(LetsIn(account_.token));
  EXPECT_TRUE(LetsIn(operator_token_));
  EXPECT_EQ(server_->Stop(), 0);
}

// What is lost is said, as far as anything is left that knows of it.
TEST_F(BackupTest, SaysWhatIsLost) {
  Backup(0);
  {
    const Clients clients(server_->port(), account_);
    while (clients.told() < 50) absl::SleepFor(absl::Milliseconds(1));
  }
  absl::SleepFor(absl::Seconds(2));  // until the checkpoint is written
  server_->Kill();
  std::vector<std::string> command = RestoreCommand(0, Data(0));
  command.insert(command.end(), {"--lost-checkpoint", data_dir_ + ".checkpoint"});
  const Ended ended = RunToEnd(directory_, command);
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.errors, HasSubstr("commits of the lost store are not in the backup"));
}

TEST_F(BackupTest, IsWholeOrNotThereWhenItIsKilled) {
  const Clients clients(server_->port(), account_);
  while (clients.told() < 200) absl::SleepFor(absl::Milliseconds(1));
  std::mt19937 random(kSeed);
  int whole = 0;
  for (int backup = 0; backup < kBackups; ++backup) {
    Process process(directory_, BackupCommand(backup));
    absl::SleepFor(absl::Milliseconds(random() % 120));
    process.Signal(SIGKILL);
    process.Wait(absl::Seconds(10));
    if (fs::exists(Log(backup))) {
      ++whole;
      EXPECT_TRUE(fs::exists(Vault(backup))) << "the log comes last";
      Restore(backup);
    } else {
      EXPECT_EQ(RunToEnd(directory_, RestoreCommand(backup, Data(backup))).code, 1);
      EXPECT_FALSE(fs::exists(Data(backup)));
      fs::remove(Vault(backup));
      Backup(backup);  // over what is left
    }
  }
  std::printf("%d of %d backups were whole before they were killed\n", whole, kBackups);
}

TEST_F(BackupTest, IsRestoredAgainWhenTheRestoreIsKilled) {
  {
    const Clients clients(server_->port(), account_);
    while (clients.told() < 500) absl::SleepFor(absl::Milliseconds(1));
    Backup(0);
  }
  EXPECT_EQ(server_->Stop(), 0);
  std::mt19937 random(kSeed);
  int whole = 0;
  for (int round = 0; round < kBackups; ++round) {
    Process process(directory_, RestoreCommand(0, Data(0)));
    absl::SleepFor(absl::Milliseconds(random() % 400));
    process.Signal(SIGKILL);
    process.Wait(absl::Seconds(10));
    if (fs::exists(Data(0) + "/log")) {
      ++whole;
      EXPECT_EQ(Verify(Data(0)), 0);
    } else {
      EXPECT_NE(Verify(Data(0)), 0);
      Restore(0);
    }
    RemoveData(Data(0));
  }
  std::printf("%d of %d restores were whole before they were killed\n", whole, kBackups);
}

}  // namespace
}  // namespace roster::crash
