// What every Log promises. An implementation is a row at the end.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "storage/log/commit_record.h"
#include "storage/log/log.h"
#include "storage/log/memory_log.h"
#include "storage/log/rocksdb_log.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
using event::v1::Commit;

struct LogRow {
  std::string name;
  // Makes an empty log, which may keep its files under the directory.
  std::function<absl::StatusOr<std::unique_ptr<Log>>(const TempDirectory&)> make;
};

class LogContract : public testing::TestWithParam<LogRow> {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<Log>> made = GetParam().make(directory_);
    ASSERT_THAT(made, IsOk());
    log_ = *std::move(made);
  }

  std::vector<Commit> Users(int count) {
    std::vector<Commit> commits;
    for (int i = 0; i < count; ++i) {
      commits.push_back(UserCommit("a1", absl::StrCat("u", made_users_++)));
    }
    return commits;
  }

  void Append(int count) {
    std::vector<Commit> commits = Users(count);
    ASSERT_THAT(log_->Append(log_->head(), commits), IsOk());
  }

  // The positions that a read gives.
  std::vector<Position> Positions(Position from, size_t limit) {
    const absl::StatusOr<std::vector<Commit>> commits = log_->Read(from, limit);
    EXPECT_THAT(commits, IsOk());
    std::vector<Position> positions;
    if (!commits.ok()) return positions;
    for (const Commit& commit : *commits) positions.push_back(commit.position());
    return positions;
  }

  TempDirectory directory_;
  std::unique_ptr<Log> log_;
  int made_users_ = 0;
};

using Ps = std::vector<Position>;

TEST_P(LogContract, IsEmptyAtFirst) {
  EXPECT_EQ(log_->head(), 0u);
  EXPECT_EQ(log_->id().size(), 16u);
  EXPECT_EQ(Positions(1, 10), Ps{});
}

TEST_P(LogContract, StampsEachCommit) {
  std::vector<Commit> commits = Users(2);
  commits[0].set_position(77);
  commits[0].set_log_id("somebody else's");
  ASSERT_THAT(log_->Append(0, commits), IsOk());
  Append(1);
  EXPECT_EQ(log_->head(), 3u);
  const absl::StatusOr<std::vector<Commit>> read = log_->Read(1, 10);
  ASSERT_THAT(read, IsOk());
  ASSERT_EQ(read->size(), 3u);
  for (Position i = 0; i < 3; ++i) {
    const Commit& commit = (*read)[i];
    EXPECT_EQ(commit.position(), i + 1);
    EXPECT_EQ(commit.log_id(), log_->id());
    EXPECT_EQ(commit.shard(), 0u);
    EXPECT_EQ(commit.epoch(), 1u);
    EXPECT_EQ(commit.events(0).user_created().user_id(), absl::StrCat("u", i));
  }
  // The caller folds what it appended, so it gets the commits as they were written.
  EXPECT_EQ(commits[1].SerializeAsString(), (*read)[1].SerializeAsString());
}

TEST_P(LogContract, ChainsEachCommitToTheOneBefore) {
  Append(2);
  Append(1);
  const absl::StatusOr<std::vector<Commit>> read = log_->Read(1, 10);
  ASSERT_THAT(read, IsOk());
  ASSERT_EQ(read->size(), 3u);
  EXPECT_EQ((*read)[0].previous_hash(), std::string(32, '\0'));
  for (const size_t i : {1u, 2u}) {
    EXPECT_EQ((*read)[i].previous_hash(), HashOf((*read)[i - 1].SerializeAsString()));
    EXPECT_NE((*read)[i].previous_hash(), (*read)[i - 1].previous_hash());
  }
}

// A restore begins an epoch, and all that follows is of it.
TEST_P(LogContract, CountsEpochs) {
  Append(1);
  std::vector<Commit> commits = Users(3);
  commits[1].mutable_events(0)->mutable_store_restored()->set_position(2);
  commits[2].set_epoch(7);
  ASSERT_THAT(log_->Append(1, commits), IsOk());
  EXPECT_EQ(log_->tail().epoch, 2u);
  Append(1);
  const absl::StatusOr<std::vector<Commit>> read = log_->Read(1, 10);
  ASSERT_THAT(read, IsOk());
  std::vector<uint64_t> epochs;
  for (const Commit& commit : *read) epochs.push_back(commit.epoch());
  EXPECT_EQ(epochs, (std::vector<uint64_t>{1, 1, 2, 2, 2}));
}

TEST_P(LogContract, TellsItsTail) {
  EXPECT_EQ(log_->tail().head, 0u);
  EXPECT_EQ(log_->tail().hash, std::string(32, '\0'));
  for (const int count : {1, 3}) {
    Append(count);
    const LogTail tail = log_->tail();
    EXPECT_EQ(tail.head, log_->head());
    const absl::StatusOr<std::vector<Commit>> last = log_->Read(tail.head, 1);
    ASSERT_THAT(last, IsOk());
    EXPECT_EQ(tail.hash, HashOf(last->at(0).SerializeAsString()));
  }
  const LogTail before = log_->tail();
  std::vector<Commit> refused = Users(1);
  EXPECT_FALSE(log_->Append(1, refused).ok());
  EXPECT_EQ(log_->tail().head, before.head);
  EXPECT_EQ(log_->tail().hash, before.hash);
}

// Position and hash belong to each other, whatever is appended meanwhile.
TEST_P(LogContract, TellsItsTailAsAWhole) {
  std::vector<LogTail> seen;
  std::thread appends([&] {
    for (int i = 0; i < 100; ++i) Append(1);
  });
  while (seen.empty() || seen.back().head < 100) seen.push_back(log_->tail());
  appends.join();
  const absl::StatusOr<std::vector<Commit>> read = log_->Read(1, 100);
  ASSERT_THAT(read, IsOk());
  for (const LogTail& tail : seen) {
    if (tail.head > 0 && tail.head < 100) {
      ASSERT_EQ(tail.hash, (*read)[tail.head].previous_hash()) << tail.head;
    }
  }
}

TEST_P(LogContract, RefusesAnotherExpectedPositionAndStaysAsItIs) {
  Append(2);
  for (const Position wrong : {0u, 1u, 3u}) {
    std::vector<Commit> commits = Users(2);
    EXPECT_THAT(log_->Append(wrong, commits), HasCode(StatusCode::kAborted));
    std::vector<Commit> none;
    EXPECT_THAT(log_->Append(wrong, none), HasCode(StatusCode::kAborted));
  }
  EXPECT_EQ(log_->head(), 2u);
  EXPECT_EQ(Positions(1, 10), (Ps{1, 2}));
  Append(1);
  EXPECT_EQ(Positions(1, 10), (Ps{1, 2, 3}));
}

TEST_P(LogContract, AppendsNothingWithoutCommits) {
  Append(1);
  std::vector<Commit> none;
  EXPECT_THAT(log_->Append(1, none), IsOk());
  EXPECT_EQ(log_->head(), 1u);
}

TEST_P(LogContract, ReadsRanges) {
  Append(5);
  EXPECT_EQ(Positions(1, 2), (Ps{1, 2}));
  EXPECT_EQ(Positions(2, 3), (Ps{2, 3, 4}));
  EXPECT_EQ(Positions(5, 1), (Ps{5}));
  EXPECT_EQ(Positions(4, ~size_t{0}), (Ps{4, 5}));
  EXPECT_EQ(Positions(3, 0), (Ps{}));
  EXPECT_EQ(Positions(6, 10), (Ps{}));
  EXPECT_EQ(Positions(~Position{0}, ~size_t{0}), (Ps{}));
}

TEST_P(LogContract, EndsAReadThatGetsLarge) {
  std::vector<Commit> commits = Users(20);
  for (Commit& commit : commits) commit.set_request_hash(std::string(kMaxCommitBytes - 1000, 'x'));
  ASSERT_THAT(log_->Append(0, commits), IsOk());
  // 17 of these are just over the bytes of a read.
  EXPECT_EQ(Positions(1, 100).size(), 17u);
  EXPECT_EQ(Positions(18, 100), (Ps{18, 19, 20}));
}

TEST_P(LogContract, RefusesARecordThatIsTooLargeAndAllAppendedWithIt) {
  Append(1);
  std::vector<Commit> commits = Users(2);
  commits[1].set_request_hash(std::string(kMaxCommitBytes, 'x'));
  EXPECT_THAT(log_->Append(1, commits), HasCode(StatusCode::kInvalidArgument));
  EXPECT_EQ(log_->head(), 1u);
  EXPECT_EQ(Positions(1, 10), (Ps{1}));
  Append(1);
  EXPECT_EQ(Positions(1, 10), (Ps{1, 2}));
}

TEST_P(LogContract, TakesTheLargestRecord) {
  std::vector<Commit> commits = Users(1);
  ASSERT_THAT(log_->Append(0, commits), IsOk());
  commits[0].set_request_hash(std::string(kMaxCommitBytes - 1000, 'x'));
  // Now fill it up to the byte. The stamps of position 2 are as long as those of position 1.
  commits[0].mutable_request_hash()->append(kMaxCommitBytes - commits[0].ByteSizeLong(), 'x');
  ASSERT_EQ(commits[0].ByteSizeLong(), kMaxCommitBytes);
  std::vector<Commit> larger = commits;
  larger[0].mutable_request_hash()->append("x");
  EXPECT_THAT(log_->Append(1, larger), HasCode(StatusCode::kInvalidArgument));
  EXPECT_THAT(log_->Append(1, commits), IsOk());
  EXPECT_EQ(Positions(2, 1), (Ps{2}));
}

TEST_P(LogContract, RefusesTextThatItCouldNotReadBack) {
  std::vector<Commit> commits = Users(1);
  commits[0].mutable_events(0)->mutable_user_created()->add_roles("\xff");
  EXPECT_THAT(log_->Append(0, commits), HasCode(StatusCode::kInvalidArgument));
  EXPECT_EQ(log_->head(), 0u);
}

TEST_P(LogContract, RefusesPersonalDataThatIsNotSealed) {
  for (const bool sealed_too : {false, true}) {
    std::vector<Commit> commits = Users(2);
    *commits[1].mutable_events(0)->mutable_personal() = UserCreated("u1").personal();
    if (!sealed_too) commits[1].mutable_events(0)->clear_sealed();
    EXPECT_THAT(log_->Append(0, commits), Fails(StatusCode::kInvalidArgument, "not sealed"));
    EXPECT_EQ(log_->head(), 0u);
  }
}

TEST_P(LogContract, AwaitsItsHead) {
  Append(2);
  EXPECT_TRUE(log_->Await(2, absl::ZeroDuration()));
  EXPECT_FALSE(log_->Await(3, absl::Milliseconds(10)));
  std::thread later([this] { Append(1); });
  EXPECT_TRUE(log_->Await(3, absl::InfiniteDuration()));
  later.join();
}

TEST_P(LogContract, LosesNothingToConcurrentAppenders) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::atomic<int> failed = 0;
  const auto append_each = [&](int thread) {
    for (int i = 0; i < kEach; ++i) {
      std::vector<Commit> commits = {UserCommit("a1", absl::StrCat("t", thread, "-", i))};
      absl::Status status;
      do {
        status = log_->Append(log_->head(), commits);
      } while (absl::IsAborted(status));
      if (!status.ok() || !log_->Read(1, 1000).ok()) ++failed;
    }
  };
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) threads.emplace_back(append_each, thread);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(log_->head(), Position{kThreads * kEach});
  const absl::StatusOr<std::vector<Commit>> read = log_->Read(1, 1000);
  ASSERT_THAT(read, IsOk());
  std::set<std::string> users;
  for (const Commit& commit : *read) users.insert(commit.events(0).user_created().user_id());
  EXPECT_EQ(users.size(), size_t{kThreads * kEach});
}

const LogRow kRows[] = {
    {"Memory",
     [](const TempDirectory&) -> absl::StatusOr<std::unique_ptr<Log>> {
       return std::make_unique<MemoryLog>();
     }},
    {"RocksDb", [](const TempDirectory& directory) { return CreateRocksDbLog(directory / "log"); }},
};

INSTANTIATE_TEST_SUITE_P(Logs, LogContract, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace roster::storage
