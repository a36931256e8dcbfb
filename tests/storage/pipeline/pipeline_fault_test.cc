// The pipeline when another node has appended, and when log or views fail.

#include <thread>

#include "gmock/gmock.h"
#include "tests/storage/pipeline/pipeline_support.h"

namespace roster::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A log whose records can't be read.
class UnreadableLog final : public Log {
 public:
  explicit UnreadableLog(Log& below) : below_(below) {}
  const std::string& id() const override { return below_.id(); }
  Position head() const override { return below_.head(); }
  LogTail tail() const override { return below_.tail(); }
  absl::Status Append(Position expected, std::vector<event::v1::Commit>& commits) override {
    return below_.Append(expected, commits);
  }
  absl::StatusOr<std::vector<event::v1::Commit>> Read(Position, size_t) const override {
    return absl::DataLossError("damaged");
  }
  bool Await(Position position, absl::Duration timeout) const override {
    return below_.Await(position, timeout);
  }

 private:
  Log& below_;
};

// A foreign commit takes the user name while ours is on its way; the group decided on top of it
// and newer commands keep their order.
TEST_F(PipelineTest, AbortedGroupsAreDecidedAgainInOrder) {
  Start({.group_limit = 2});
  BlockWith("ann");
  Submit(Create("bob"));
  Submit(Create("sees bob", "bob"));
  decided_.Await("sees bob");
  Submit(Create("sees ann", "ann"));
  Submit(Create("cem"));
  AppendElsewhere("ann", now());
  set_now(now() + absl::Seconds(30));
  log_.Release();

  OutcomeOf("cem");
  EXPECT_EQ(ReasonOf("ann"), "USERNAME_TAKEN");
  EXPECT_EQ(OutcomeOf("ann").position, 1) << "the foreign commit, which it read";
  EXPECT_EQ(OutcomeOf("bob").position, 2);
  EXPECT_EQ(ReasonOf("sees bob"), "USERNAME_TAKEN");
  EXPECT_EQ(ReasonOf("sees ann"), "USERNAME_TAKEN");
  EXPECT_EQ(OutcomeOf("cem").position, 3);
  EXPECT_THAT(answered_.lines(), ElementsAre("ann", "bob", "sees bob", "sees ann", "cem"));
  EXPECT_THAT(NamesInLog(), ElementsAre("ann", "bob", "cem"));
  EXPECT_THAT(TimesInLog(), ElementsAre(now() - absl::Seconds(30), now(), now()));
  EXPECT_THAT(failures_.lines(), IsEmpty());
}

TEST_F(PipelineTest, AbortedCommandIsRepliedAnewAndItsTimeFollowsTheForeignOne) {
  Start();
  BlockWith("ann");
  const absl::Time elsewhere = now() + absl::Seconds(3);
  AppendElsewhere("zoe", elsewhere);
  log_.Release();
  EXPECT_EQ(OutcomeOf("ann").position, 2);
  EXPECT_EQ(replies_.lines().front(), "ann@1111");
  EXPECT_EQ(replies_.lines().back(), "ann@2111");
  EXPECT_THAT(TimesInLog(), ElementsAre(elsewhere, elsewhere));
  EXPECT_TRUE(Has(*pipeline_->Latest(), "zoe"));
}

TEST_F(PipelineTest, ForeignTimeFarAheadRefuses) {
  Start();
  BlockWith("ann");
  Journal reached;
  pipeline_->Await(1, [&](bool ok) { reached.Write(ok ? "reached" : "stopped"); });
  AppendElsewhere("zoe", now() + absl::Seconds(6));
  log_.Release();
  EXPECT_EQ(ReasonOf("ann"), "CLOCK_BEHIND");
  reached.Await("reached");  // by the foreign commit alone
}

TEST_F(PipelineTest, AbortInPlaceIsTriedAgainButNotForEver) {
  Start();
  log_.FailAppend(1, absl::AbortedError("for once"));
  Submit(Create("ann"));
  EXPECT_EQ(OutcomeOf("ann").position, 1);

  // The next one fails always.
  log_.BeforeAppend([&] { log_.FailAppend(1, absl::AbortedError("always")); });
  log_.FailAppend(1, absl::AbortedError("always"));
  Submit(Create("bob"));
  EXPECT_EQ(ReasonOf("bob"), "STORAGE_FAILED");
  failures_.Await("the log refuses to append at its own head");
}

TEST_F(PipelineTest, FailedAppendIsTheEnd) {
  Start({.group_limit = 2});
  log_.FailAppend(1, absl::UnavailableError("disk on fire"));
  BlockWith("ann");
  for (const char* name : {"b", "c", "d", "e"}) Submit(Create(name));
  decided_.Await("c");
  Journal reached;
  const auto write = [&](bool ok) { reached.Write(ok ? "reached" : "stopped"); };
  pipeline_->Await(1, write);
  log_.Release();

  for (const char* name : {"ann", "b", "c", "d", "e"}) {
    EXPECT_EQ(ReasonOf(name), "STORAGE_FAILED") << name;
    EXPECT_FALSE(OutcomeOf(name).changed);
  }
  EXPECT_THAT(answered_.lines(), ElementsAre("ann", "b", "c", "d", "e"));
  failures_.Await("disk on fire");
  reached.Await("stopped");
  Proposal late = Create("late");
  late.done = [&, on = std::this_thread::get_id(), done = late.done](const Outcome& outcome) {
    EXPECT_EQ(std::this_thread::get_id(), on) << "at once";
    done(outcome);
  };
  Submit(std::move(late));
  EXPECT_EQ(ReasonOf("late"), "STORAGE_FAILED");
  EXPECT_EQ(domain::ReasonOf(pipeline_->Preview(Create("late")).status), "STORAGE_FAILED");
  pipeline_->Await(1, write);
  pipeline_->Stop();
  EXPECT_THAT(reached.lines(), ElementsAre("stopped", "stopped"));
  EXPECT_THAT(failures_.lines(), ElementsAre("disk on fire")) << "once";
  EXPECT_EQ(pipeline_->Latest()->position(), 0);
  EXPECT_EQ(log_.appends(), 1) << "the log is not used any more";
}

// Even when Stop wakes the writer before the group on which the log failed is answered.
TEST_F(PipelineTest, FailureIsAnsweredInOrder) {
  Start();
  log_.FailAppend(1, absl::UnavailableError("disk on fire"));
  log_.Block();
  std::thread stopping;
  Proposal ann = Create("ann");
  ann.done = [&, done = ann.done](const Outcome& outcome) {
    stopping = std::thread([&] { pipeline_->Stop(); });
    // Long enough for Stop to begin. Were it not, the test would pass without testing this.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    done(outcome);
  };
  Submit(std::move(ann));
  log_.AwaitBlocked();
  Submit(Create("bob"));
  decided_.Await("bob");
  log_.Release();
  OutcomeOf("bob");
  EXPECT_THAT(answered_.lines(), ElementsAre("ann", "bob"));
  stopping.join();
}

TEST_F(PipelineTest, FailedApplyIsTheEnd) {
  Start();
  views_.FailApply(absl::DataLossError("views damaged"));
  BlockWith("ann");
  Submit(Create("bob"));
  decided_.Await("bob");
  log_.Release();
  EXPECT_EQ(ReasonOf("ann"), "STORAGE_FAILED");
  EXPECT_EQ(ReasonOf("bob"), "STORAGE_FAILED");
  failures_.Await("views damaged");
  EXPECT_EQ(disk_.head(), 1) << "durable all the same: the outcome is unknown";
  EXPECT_EQ(pipeline_->Latest()->position(), 0);
  pipeline_->Stop();
  EXPECT_THAT(failures_.lines(), ElementsAre("views damaged"));
}

TEST_F(PipelineTest, FailureToCatchUpIsTheEnd) {
  Start();
  BlockWith("ann");
  AppendElsewhere("zoe", now());
  views_.FailApply(absl::DataLossError("views damaged"));
  log_.Release();
  EXPECT_EQ(ReasonOf("ann"), "STORAGE_FAILED");
  failures_.Await("views damaged");
}

TEST_F(PipelineTest, UnreadableLogIsTheEndAtTheStart) {
  AppendElsewhere("zoe", now());
  UnreadableLog unreadable(disk_);
  Pipeline pipeline(unreadable, views_, *vault_, {.on_failure = [&](const absl::Status& failure) {
                      failures_.Write(std::string(failure.message()));
                    }});
  failures_.Await("damaged");
  pipeline.Submit(Create("ann"));
  EXPECT_EQ(ReasonOf("ann"), "STORAGE_FAILED");
  pipeline.Stop();
  EXPECT_THAT(failures_.lines(), ElementsAre("damaged"));
}

TEST_F(PipelineTest, ViewsThatLagBehindAtTheStartCatchUp) {
  AppendElsewhere("zoe", now());
  Start();
  Submit(Create("ann"));
  EXPECT_EQ(OutcomeOf("ann").position, 2);
  EXPECT_TRUE(Has(*pipeline_->Latest(), "zoe"));
}

}  // namespace
}  // namespace roster::storage
