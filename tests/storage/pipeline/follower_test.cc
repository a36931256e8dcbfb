// What a follower promises: every published commit, in order, at least once, from its position on.

#include "storage/pipeline/follower.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "tests/storage/pipeline/pipeline_support.h"

namespace roster::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Reads fail or come back empty on demand; everything else is passed on.
class UnreliableReads final : public Log {
 public:
  explicit UnreliableReads(Log& below) : below_(below) {}
  const std::string& id() const override { return below_.id(); }
  Position head() const override { return below_.head(); }
  LogTail tail() const override { return below_.tail(); }
  absl::Status Append(Position expected, std::vector<event::v1::Commit>& commits) override {
    return below_.Append(expected, commits);
  }
  absl::StatusOr<std::vector<event::v1::Commit>> Read(Position from, size_t limit) const override {
    if (empty) return std::vector<event::v1::Commit>();
    if (damaged) return absl::DataLossError("damaged");
    return below_.Read(from, limit);
  }
  bool Await(Position position, absl::Duration timeout) const override {
    return below_.Await(position, timeout);
  }

  std::atomic<bool> damaged = false;
  std::atomic<bool> empty = false;

 private:
  Log& below_;
};

class FollowerTest : public PipelineTest {
 protected:
  // The follower goes before what it calls.
  ~FollowerTest() override { follower_.reset(); }

  void Follow(FollowerOptions options = {}) {
    options.on_error = [this](const absl::Status& status) {
      errors_.Write(std::string(status.message()));
    };
    follower_ = std::make_unique<Follower>(
        reads_, *pipeline_,
        [this](std::vector<event::v1::Commit> commits) { return Handle(std::move(commits)); },
        std::move(options));
  }

  // Journals "first-last" of each batch that is handled.
  absl::Status Handle(std::vector<event::v1::Commit> commits) {
    EXPECT_FALSE(commits.empty());
    const Position published = pipeline_->Latest()->position();
    for (size_t i = 0; i < commits.size(); ++i) {
      EXPECT_EQ(commits[i].position(), commits.front().position() + i) << "a gap";
      EXPECT_LE(commits[i].position(), published) << "handed over before it is published";
    }
    const std::string batch =
        absl::StrCat(commits.front().position(), "-", commits.back().position());
    if (refuses_) return absl::UnavailableError(absl::StrCat("refused ", batch));
    handled_.Write(batch);
    return absl::OkStatus();
  }

  void CreateUsers(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string name = absl::StrCat("user", users_++);
      Submit(Create(name));
      EXPECT_EQ(OutcomeOf(name).status, absl::OkStatus());
    }
  }

  void AwaitPosition(Position position) const {
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (follower_->position() < position && absl::Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    EXPECT_EQ(follower_->position(), position);
  }

  UnreliableReads reads_{disk_};
  std::atomic<bool> refuses_ = false;
  Journal handled_;
  Journal errors_;
  std::unique_ptr<Follower> follower_;

 private:
  int users_ = 0;
};

TEST_F(FollowerTest, StartsBehindAndCatchesUpInBatches) {
  Start();
  CreateUsers(7);
  Follow({.batch_limit = 3});
  AwaitPosition(7);
  EXPECT_THAT(handled_.lines(), ElementsAre("1-3", "4-6", "7-7"));
}

TEST_F(FollowerTest, StartsAfterItsPosition) {
  Start();
  CreateUsers(5);
  Follow({.after = 3});
  AwaitPosition(5);
  EXPECT_THAT(handled_.lines(), ElementsAre("4-5"));
}

TEST_F(FollowerTest, HandlesCommitsAsTheyArePublished) {
  Start();
  Follow();
  for (Position position = 1; position <= 20; ++position) {
    CreateUsers(1);
    AwaitPosition(position);
  }
  EXPECT_EQ(handled_.lines().size(), 20u);
  EXPECT_EQ(handled_.lines().back(), "20-20");
}

// Commits of other nodes are published too.
TEST_F(FollowerTest, HandlesWhatAnotherNodeWrote) {
  Start();
  Follow();
  BlockWith("ann");
  AppendElsewhere("zoe", now());
  log_.Release();
  AwaitPosition(2);
  EXPECT_THAT(errors_.lines(), IsEmpty());
}

// A commit is in the log before it is in the views; the follower waits for the views.
TEST_F(FollowerTest, HandlesNothingThatIsNotPublished) {
  Start();
  CreateUsers(1);
  AppendElsewhere("zoe", now());
  Follow();
  handled_.Await("1-1");
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_THAT(handled_.lines(), ElementsAre("1-1"));
  EXPECT_EQ(follower_->position(), 1u);
}

TEST_F(FollowerTest, WaitsAtAPositionThatIsYetToCome) {
  Start();
  Follow({.after = 2});
  CreateUsers(2);
  EXPECT_EQ(follower_->position(), 2u);
  CreateUsers(1);
  AwaitPosition(3);
  EXPECT_THAT(handled_.lines(), ElementsAre("3-3"));
}

TEST_F(FollowerTest, TriesTheSameCommitsAgainAfterAnError) {
  Start();
  refuses_ = true;
  Follow({.batch_limit = 2, .retry = absl::Milliseconds(1)});
  CreateUsers(3);
  errors_.Await("refused 1-2", 3);
  EXPECT_EQ(follower_->position(), 0u);
  refuses_ = false;
  AwaitPosition(3);
  EXPECT_THAT(handled_.lines(), ElementsAre("1-2", "3-3"));
}

TEST_F(FollowerTest, TriesAgainWhatItCouldNotRead) {
  Start();
  reads_.damaged = true;
  Follow({.retry = absl::Milliseconds(1)});
  CreateUsers(1);
  errors_.Await("damaged", 2);
  reads_.empty = true;
  errors_.Await("the log lacks record 1, which is published", 2);
  EXPECT_THAT(handled_.lines(), IsEmpty());
  reads_.damaged = reads_.empty = false;
  AwaitPosition(1);
}

TEST_F(FollowerTest, WaitsBetweenTwoTries) {
  Start();
  refuses_ = true;
  Follow({.retry = absl::Hours(1)});
  CreateUsers(1);
  errors_.Await("refused 1-1");
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_EQ(errors_.lines().size(), 1u);
}

TEST_F(FollowerTest, StopsAtOnceWhileItWaitsForACommit) {
  Start();
  CreateUsers(1);
  Follow();
  AwaitPosition(1);
  absl::SleepFor(absl::Milliseconds(20));  // so that it waits
  const absl::Time began = absl::Now();
  follower_->Stop();
  EXPECT_LT(absl::Now() - began, absl::Seconds(10));
  CreateUsers(1);
  absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(follower_->position(), 1u);
  EXPECT_THAT(handled_.lines(), ElementsAre("1-1"));
  follower_->Stop();
}

TEST_F(FollowerTest, StopsAtOnceWhileItWaitsForItsNextTry) {
  Start();
  refuses_ = true;
  Follow({.retry = absl::Hours(1)});
  CreateUsers(1);
  errors_.Await("refused 1-1");
  const absl::Time began = absl::Now();
  follower_->Stop();
  EXPECT_LT(absl::Now() - began, absl::Seconds(10));
  EXPECT_EQ(follower_->position(), 0u);
}

TEST_F(FollowerTest, FinishesItsBatchWhenItStops) {
  Start();
  CreateUsers(2);
  Journal steps;
  std::atomic<bool> released = false;
  Follower follower(disk_, *pipeline_,
                    [&](const std::vector<event::v1::Commit>&) {
                      steps.Write("begun");
                      while (!released) std::this_thread::yield();
                      steps.Write("done");
                      return absl::OkStatus();
                    },
                    {.batch_limit = 1});
  steps.Await("begun");
  std::thread stop([&] {
    follower.Stop();
    steps.Write("stopped");
  });
  absl::SleepFor(absl::Milliseconds(20));
  EXPECT_FALSE(steps.Has("stopped"));
  released = true;
  stop.join();
  EXPECT_THAT(steps.lines(), ElementsAre("begun", "done", "stopped"));
  EXPECT_EQ(follower.position(), 1u);
}

TEST_F(FollowerTest, HandlesAllThatWasPublishedWhenThePipelineStops) {
  Start();
  CreateUsers(4);
  pipeline_->Stop();
  Follow({.batch_limit = 1});
  AwaitPosition(4);
  follower_->Stop();
  EXPECT_THAT(errors_.lines(), IsEmpty());
}

TEST_F(FollowerTest, OutlivesAPipelineThatFails) {
  Start();
  CreateUsers(2);
  Follow();
  AwaitPosition(2);
  log_.FailAppend(1, absl::UnavailableError("disk on fire"));
  Submit(Create("late"));
  EXPECT_EQ(ReasonOf("late"), "STORAGE_FAILED");
  follower_->Stop();
  EXPECT_EQ(follower_->position(), 2u);
}

// Stops and publications cross; nothing is lost, doubled or left waiting.
TEST_F(FollowerTest, GoesOnWhereTheOneBeforeItStopped) {
  Start();
  Position reached = 0;
  for (int i = 0; i < 200; ++i) {
    Submit(Create(absl::StrCat("crossing", i)));
    Follow({.after = reached, .batch_limit = 2});
    if (i % 3 != 0) std::this_thread::yield();
    follower_->Stop();
    reached = follower_->position();
  }
  OutcomeOf("crossing199");
  Follow({.after = reached, .batch_limit = 200});
  AwaitPosition(200);
  Position next = 1;
  for (const std::string& batch : handled_.lines()) {
    EXPECT_EQ(batch.substr(0, batch.find('-')), absl::StrCat(next));
    next = std::stoull(batch.substr(batch.find('-') + 1)) + 1;
  }
  EXPECT_EQ(next, 201u);
}

}  // namespace
}  // namespace roster::storage
