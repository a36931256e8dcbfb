// SIGKILL while an import runs, while the server starts, rebuilds its views or stops: every
// acknowledged row is kept, none is half there, and the same import repeated adds nothing twice.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "tests/crash/support/import_check.h"
#include "tests/crash/support/process.h"

namespace roster::crash {
namespace {

using testing::IsEmpty;

constexpr int kHits = 10;
constexpr int kMostFiles = 25;
constexpr int kRows = 2'010;  // the last group is a short one
constexpr int kGroups = (kRows + kGroupRows - 1) / kGroupRows;
constexpr unsigned kSeed = 20'260'101;

class ImportKillTest : public testing::Test {
 protected:
  void SetUp() override {
    std::printf("seed %u\n", kSeed);
    const std::string operator_token = Init(directory_, data_dir_);
    Start();
    account_ = CreateMatrixAccount(server_->port(), operator_token).value();
    client_.emplace(server_->port(), account_.token);
  }

  // Small caches make the views flush often, so that kills find them at many positions.
  void Start() {
    std::vector<std::string> arguments;
    if (Chance(2)) arguments = {"--cache-bytes", "1048576"};
    server_.emplace(directory_, data_dir_, arguments);
    server_->AwaitReady();
    times_to_ready_.push_back(server_->time_to_ready());
    client_.emplace(server_->port(), account_.token);
  }

  // Kills starts soon after they began, now and then with all views to build.
  void KillStarts() {
    if (Chance(3)) std::filesystem::remove_all(data_dir_ + "/views");
    for (int left = Draw(0, 3); left > 0; --left) {
      Server early(directory_, data_dir_);
      absl::SleepFor(absl::Microseconds(Draw(0, 90'000)));
      early.Kill();
      ++starts_killed_;
    }
  }

  // Imports a file and kills the server after a random number of groups: at once, while it settles
  // the next one, or a moment later.
  ImportAnswer ImportAndKill(int file) {
    return Chance(2) ? KillAtOnce(file, Draw(1, kGroups - 4))
                     : KillLater(file, Draw(0, kGroups - 4));
  }

  ImportAnswer KillAtOnce(int file, int groups) {
    int told = 0;
    ImportHooks hooks;
    hooks.told = [&] {
      if (++told == groups) server_->process().Signal(SIGKILL);
    };
    ImportAnswer answer = client_->Import(account_.id, CsvOf(file, kRows), hooks);
    server_->Kill();
    return answer;
  }

  ImportAnswer KillLater(int file, int groups) {
    const std::string csv = CsvOf(file, kRows);
    const absl::Duration delay = absl::Microseconds(Draw(0, groups == 0 ? 30'000 : 4'000));
    std::atomic<int> told = 0;
    std::atomic<bool> over = false;
    std::thread killer([&] {
      while (told < groups && !over) absl::SleepFor(absl::Microseconds(50));
      absl::SleepFor(delay);
      server_->Kill();
    });
    ImportHooks hooks;
    hooks.told = [&] { ++told; };
    ImportAnswer answer = client_->Import(account_.id, csv, hooks);
    over = true;
    killer.join();
    return answer;
  }

  // What the server shows, checked against everything that is known.
  ImportedUsers CheckAll() {
    const Dump dump = client_->ReadAll(account_.id).value();
    ImportedUsers users = FindImported(dump, account_);
    EXPECT_THAT(users.problems, IsEmpty());
    EXPECT_THAT(CheckAcknowledged(acknowledged_, users, dump), IsEmpty());
    EXPECT_THAT(CheckCommits(dump, users, kRows), IsEmpty());
    return users;
  }

  // Imports a file whose rows are there in part, and afterwards all of them, once.
  void Repeat(int file, const ImportedUsers& before) {
    const ImportAnswer answer = client_->Import(account_.id, CsvOf(file, kRows));
    EXPECT_THAT(CheckRepeat(answer, before, file, kRows), IsEmpty());
    Note(answer, file, acknowledged_);
    EXPECT_EQ(CheckAll().by_row.size(), RowsOf(file));
  }

  static size_t RowsOf(int files) { return static_cast<size_t>(files) * kRows; }

  void Round(int file) {
    const ImportAnswer answer = ImportAndKill(file);
    Note(answer, file, acknowledged_);
    KillStarts();
    Start();
    const ImportedUsers users = CheckAll();
    EXPECT_THAT(CheckLookups(*client_, account_, users, file, kRows).value(), IsEmpty());
    const size_t there = users.by_row.size() - RowsOf(file - 1);
    if (there > 0 && there < kRows) ++hits_;
    rows_there_ += there;
    for (const auto& group : answer.groups) rows_told_ += static_cast<size_t>(group.rows_size());
    Repeat(file, users);
  }

  int Draw(int least, int most) { return std::uniform_int_distribution(least, most)(random_); }
  bool Chance(int one_in) { return Draw(1, one_in) == 1; }

  void PrintFigures() {
    std::sort(times_to_ready_.begin(), times_to_ready_.end());
    const auto ms = [this](size_t i) { return absl::ToDoubleMilliseconds(times_to_ready_[i]); };
    std::printf(
        "%d kills in the middle of an import: %zu rows acknowledged, %zu there; %d starts killed\n",
        hits_, rows_told_, rows_there_, starts_killed_);
    std::printf("time to ready, %zu starts: min %.0f ms, median %.0f ms, max %.0f ms\n",
                times_to_ready_.size(), ms(0), ms(times_to_ready_.size() / 2),
                ms(times_to_ready_.size() - 1));
  }

  const TempDirectory directory_;
  const std::string data_dir_ = directory_ / "data";
  std::mt19937 random_{kSeed};
  Account account_;
  std::optional<Server> server_;
  std::optional<Client> client_;
  Acknowledged acknowledged_;

  std::vector<absl::Duration> times_to_ready_;
  int hits_ = 0;
  int starts_killed_ = 0;
  size_t rows_told_ = 0;
  size_t rows_there_ = 0;  // after these kills
};

TEST_F(ImportKillTest, KeepsEveryAcknowledgedRowAndNoHalfOne) {
  for (int file = 1; hits_ < kHits && file <= kMostFiles; ++file) {
    SCOPED_TRACE(file);
    ASSERT_NO_FATAL_FAILURE(Round(file));
    if (HasFailure()) break;
  }
  PrintFigures();
  EXPECT_EQ(hits_, kHits);
  EXPECT_GT(rows_told_, 0U);
}

TEST_F(ImportKillTest, KeepsEverythingWhenKilledWhileStopping) {
  for (int file = 1; file <= 3; ++file) {
    SCOPED_TRACE(file);
    Repeat(file, {});
    server_->process().Signal(SIGTERM);
    // The first second goes by with notice to callers; then calls are drained and files closed.
    absl::SleepFor(absl::Milliseconds(Draw(980, 1'060)));
    server_->Kill();
    Start();
    EXPECT_EQ(CheckAll().by_row.size(), RowsOf(file));
  }
}

}  // namespace
}  // namespace roster::crash
