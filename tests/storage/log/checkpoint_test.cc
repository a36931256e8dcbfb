// The checkpoint as a file, and what keeps it.

#include "storage/log/checkpoint.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "storage/base/file.h"
#include "storage/log/memory_log.h"
#include "tests/storage/disk/power_loss.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
namespace fs = std::filesystem;

// The bytes that FORMAT.md shows.
constexpr char kGolden[] =
    "roster checkpoint 1\n"
    "log 30313233343536373839616263646566\n"
    "epoch 1\n"
    "position 42\n"
    "hash 7878787878787878787878787878787878787878787878787878787878787878\n"
    "sha256 ace7a23e7eb594ae0524649037ce265aac082fb8676c19f584f351ef7cf19bb4\n";

Checkpoint Sample() { return {"0123456789abcdef", 1, 42, std::string(32, 'x')}; }

class CheckpointTest : public testing::Test {
 protected:
  // The position in the file; 0 when it can't be read.
  Position Written() const {
    const absl::StatusOr<Checkpoint> checkpoint = ReadCheckpoint(path_);
    return checkpoint.ok() ? checkpoint->position : 0;
  }

  bool AwaitWritten(Position position) const {
    const absl::Time deadline = absl::Now() + absl::Seconds(10);
    while (Written() != position && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
    return Written() == position;
  }

  TempDirectory directory_;
  const std::string path_ = directory_ / "data.checkpoint";
};

TEST_F(CheckpointTest, IsReadAsItWasWritten) {
  ASSERT_THAT(WriteCheckpoint(path_, Sample()), IsOk());
  const absl::StatusOr<Checkpoint> read = ReadCheckpoint(path_);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->log_id, Sample().log_id);
  EXPECT_EQ(read->epoch, 1u);
  EXPECT_EQ(read->position, 42u);
  EXPECT_EQ(read->hash, Sample().hash);
  EXPECT_EQ(*ReadFile(path_), kGolden);
}

TEST_F(CheckpointTest, IsNotFoundWhereThereIsNone) {
  EXPECT_THAT(ReadCheckpoint(path_), Fails(StatusCode::kNotFound, path_));
}

TEST_F(CheckpointTest, IsRefusedWhenANewerVersionWroteIt) {
  ASSERT_THAT(ReplaceFile(path_, "roster checkpoint 2\nother facts\n"), IsOk());
  EXPECT_THAT(ReadCheckpoint(path_), Fails(StatusCode::kFailedPrecondition, path_));
}

TEST_F(CheckpointTest, IsRefusedWhateverBitIsWrong) {
  // In memory, for there are some thousand of them.
  const auto read = [](const std::string& content) {
    const PowerLossEnv disk({.files = {{"/c", content}}, .directories = {"/"}});
    return ReadCheckpoint("/c", disk.env.get()).status();
  };
  const std::string content = kGolden;
  ASSERT_THAT(read(content), IsOk());
  for (size_t bit = 0; bit < content.size() * 8; ++bit) {
    std::string flipped = content;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const absl::Status status = read(flipped);
    // Another version number is a newer version.
    ASSERT_TRUE(absl::IsDataLoss(status) || absl::IsFailedPrecondition(status)) << bit;
    ASSERT_THAT(std::string(status.message()), testing::HasSubstr("/c")) << bit;
  }
  for (size_t size = 0; size < content.size(); ++size) {
    ASSERT_THAT(read(content.substr(0, size)), HasCode(StatusCode::kDataLoss)) << size;
  }
  EXPECT_THAT(read(content + "\n"), HasCode(StatusCode::kDataLoss));
}

TEST_F(CheckpointTest, IsOfTheEndOfTheLog) {
  MemoryLog log;
  AppendUsers(log, 3);
  const Checkpoint checkpoint = CheckpointOf(log);
  EXPECT_EQ(checkpoint.log_id, log.id());
  EXPECT_EQ(checkpoint.epoch, 1u);
  EXPECT_EQ(checkpoint.position, 4u);
  EXPECT_EQ(checkpoint.hash, log.tail().hash);
}

TEST_F(CheckpointTest, FollowsTheLog) {
  MemoryLog log;
  AppendUsers(log, 1);
  // What another log left does not stop it.
  ASSERT_THAT(WriteCheckpoint(path_, Sample()), IsOk());
  const Checkpointer checkpointer(log, {.path = path_, .interval = absl::Milliseconds(5)});
  EXPECT_TRUE(AwaitWritten(2));
  AppendUsers(log, 5);
  EXPECT_TRUE(AwaitWritten(7));
  EXPECT_EQ(ReadCheckpoint(path_)->log_id, log.id());
}

TEST_F(CheckpointTest, IsWrittenAtMostOnceAnInterval) {
  MemoryLog log;
  AppendUsers(log, 1);
  const Checkpointer checkpointer(log, {.path = path_, .interval = absl::Hours(1)});
  ASSERT_TRUE(AwaitWritten(2));
  AppendUsers(log, 1);
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_EQ(Written(), 2u);
}

TEST_F(CheckpointTest, IsLeftAloneWhileTheLogIsTheSame) {
  MemoryLog log;
  AppendUsers(log, 1);
  const Checkpointer checkpointer(log, {.path = path_, .interval = absl::Milliseconds(1)});
  ASSERT_TRUE(AwaitWritten(2));
  fs::remove(path_);
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(CheckpointTest, IsWrittenAtTheEndAtOnce) {
  MemoryLog log;
  AppendUsers(log, 1);
  const absl::Time began = absl::Now();
  {
    const Checkpointer checkpointer(log, {.path = path_, .interval = absl::Hours(1)});
    ASSERT_TRUE(AwaitWritten(2));
    AppendUsers(log, 3);
  }
  EXPECT_EQ(Written(), 5u);
  EXPECT_LT(absl::Now() - began, absl::Seconds(10));
}

TEST_F(CheckpointTest, IsTriedAgainWhenItCouldNotBeWritten) {
  MemoryLog log;
  AppendUsers(log, 1);
  const std::string folder = directory_ / "later";
  const std::string path = folder + "/checkpoint";
  std::atomic<int> errors = 0;
  const Checkpointer checkpointer(log, {.path = path,
                                        .interval = absl::Milliseconds(1),
                                        .on_error = [&](const absl::Status& status) {
                                          EXPECT_THAT(status, Fails(StatusCode::kInternal, path));
                                          ++errors;
                                        }});
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (errors < 3 && absl::Now() < deadline) std::this_thread::yield();
  EXPECT_GE(errors, 3);
  fs::create_directory(folder);
  while (!ReadCheckpoint(path).ok() && absl::Now() < deadline) std::this_thread::yield();
  ASSERT_THAT(ReadCheckpoint(path), IsOk());
  EXPECT_EQ(ReadCheckpoint(path)->position, 2u);
}

}  // namespace
}  // namespace roster::storage
