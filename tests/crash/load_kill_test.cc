// SIGKILL of a server with eight clients that change and read users: what they were told is what
// the server shows afterwards, and what they repeat with the same request id is done once.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <latch>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tests/crash/support/load_check.h"
#include "tests/crash/support/load_client.h"
#include "tests/crash/support/process.h"

namespace roster::crash {
namespace {

using testing::IsEmpty;
using testing::Not;
namespace fs = std::filesystem;

constexpr int kKills = 20;
constexpr int kClients = 8;
constexpr unsigned kSeed = 20'261'123;

class LoadKillTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string operator_token = Init(directory_, data_dir_);
    Start();
    account_ = CreateMatrixAccount(server_->port(), operator_token).value();
    check_.emplace(Client(server_->port(), account_.token).ReadAll(account_.id)->position);
  }

  void Start() {
    server_.emplace(directory_, data_dir_);
    server_->AwaitReady();
    times_to_ready_.push_back(server_->time_to_ready());
  }

  // Eight clients until the server is killed, which is after 5 to 500 ms.
  void LoadAndKill() {
    const absl::Duration delay = absl::Milliseconds(5 + random_() % 496);
    ++round_;
    std::vector<std::thread> clients;
    std::latch ready(kClients + 1);
    for (int client = 0; client < kClients; ++client) {
      clients.emplace_back([this, client, &ready, seed = random_()] {
        LoadClient server(server_->port(), account_);
        EXPECT_TRUE(server.Connected());
        ready.arrive_and_wait();
        Ask(server, client, seed);
      });
    }
    ready.arrive_and_wait();
    absl::SleepFor(delay);
    server_->Kill();
    for (std::thread& client : clients) client.join();
  }

  void Ask(LoadClient& server, int client, uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<ChangeRequest> sent;
    while (true) {
      const uint64_t asked = check_->Ask();
      const std::string user_id = SomeUser(random);
      if (random() % 4 == 0 && !user_id.empty()) {
        if (!check_->TellRead(asked, server.Read(user_id))) return;
        continue;
      }
      // Now and then again, though it was answered.
      const bool again = random() % 8 == 0 && !sent.empty();
      ChangeRequest request = again ? sent[random() % sent.size()] : Draw(user_id, random);
      if (request.id.empty())
        request.id = absl::StrFormat("%08x-%04x-4000-8000-%012x", round_, client, sent.size());
      if (request.change == Change::kErase && !again) {
        const auto seen = server.Read(user_id);
        request.revision = seen.ok() ? seen->revision : 1;
      }
      const auto answer = server.Send(request);
      if (!check_->Tell(request, asked, answer)) return;
      sent.push_back(request);
      if (answer.ok() && request.change == Change::kCreate) Know(answer->user_id);
    }
  }

  static ChangeRequest Draw(const std::string& user_id, std::mt19937_64& random) {
    ChangeRequest request;
    if (user_id.empty() || random() % 3 == 0) return request;
    const uint64_t drawn = random() % 32;
    request.change = drawn == 0 ? Change::kErase : static_cast<Change>(1 + drawn % 6);
    request.user_id = user_id;
    return request;
  }

  std::string SomeUser(std::mt19937_64& random) {
    const std::lock_guard lock(mutex_);
    return user_ids_.empty() ? "" : user_ids_[random() % user_ids_.size()];
  }

  void Know(const std::string& user_id) {
    const std::lock_guard lock(mutex_);
    user_ids_.push_back(user_id);
  }

  // Repeats what is in doubt, and looks at everything.
  void Check() {
    LoadClient client(server_->port(), account_);
    for (const ChangeRequest& request : check_->InDoubt()) {
      check_->Tell(request, check_->Ask(), client.Send(Repeated(request)));
    }
    ASSERT_THAT(check_->InDoubt(), IsEmpty());
    check_->Compare(Client(server_->port(), account_.token).ReadAll(account_.id).value());
  }

  // How a request is repeated.
  virtual ChangeRequest Repeated(const ChangeRequest& request) const { return request; }

  void PrintFigures() {
    std::sort(times_to_ready_.begin(), times_to_ready_.end());
    const auto ms = [this](size_t i) { return absl::ToDoubleMilliseconds(times_to_ready_[i]); };
    std::printf("%d kills under load: %zu changes told, %zu in doubt and repeated\n", round_,
                check_->told(), check_->doubts());
    std::printf("time to ready: min %.0f ms, median %.0f ms, max %.0f ms\n", ms(0),
                ms(times_to_ready_.size() / 2), ms(times_to_ready_.size() - 1));
  }

  const TempDirectory directory_;
  const std::string data_dir_ = directory_ / "data";
  std::mt19937_64 random_{kSeed};
  std::optional<Server> server_;
  Account account_;
  std::optional<LoadCheck> check_;
  std::vector<absl::Duration> times_to_ready_;
  int round_ = 0;
  std::mutex mutex_;
  std::vector<std::string> user_ids_;  // guarded by mutex_
};

TEST_F(LoadKillTest, LosesNothingThatWasToldAndRepeatsNothing) {
  for (int kill = 0; kill < kKills && check_->findings().empty(); ++kill) {
    LoadAndKill();
    Start();
    Check();
  }
  PrintFigures();
  EXPECT_THAT(check_->findings(), IsEmpty());
  EXPECT_EQ(round_, kKills);
  EXPECT_GT(check_->told(), size_t{kKills});
  EXPECT_GT(check_->doubts(), 0u);
}

// The last round is taken back, as a disk would that had not synced.
TEST_F(LoadKillTest, MutantThatLosesARoundIsFound) {
  ASSERT_EQ(server_->Stop(), 0);
  const std::string copy = directory_ / "copy";
  fs::create_directory(copy);
  const auto copy_all = [](const std::string& from, const std::string& to) {
    for (const fs::directory_entry& entry : fs::directory_iterator(from)) {
      const std::string name = entry.path().filename();
      if (name.rfind("data", 0) != 0) continue;
      fs::remove_all(fs::path(to) / name);
      fs::copy(entry.path(), fs::path(to) / name, fs::copy_options::recursive);
    }
  };
  copy_all(directory_ / ".", copy);
  for (int round = 0; round < 4; ++round) {  // a kill may come before anything was told
    Start();
    LoadAndKill();
  }
  copy_all(copy, directory_ / ".");
  Start();
  Check();
  EXPECT_THAT(check_->findings(), Not(IsEmpty()));
}

class ForgetfulClients : public LoadKillTest {
  ChangeRequest Repeated(const ChangeRequest& request) const override {
    ChangeRequest other = request;
    other.id[0] = 'f';
    return other;
  }
};

// A client that repeats under another request id does some things twice.
TEST_F(ForgetfulClients, MutantIsFound) {
  for (int kill = 0; kill < kKills && check_->findings().empty(); ++kill) {
    LoadAndKill();
    Start();
    Check();
  }
  EXPECT_THAT(check_->findings(), Not(IsEmpty()));
}

}  // namespace
}  // namespace roster::crash
