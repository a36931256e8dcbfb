// The pipeline when the log has moved on, fails, is full or its clock is wrong.

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/storage/pipeline_support.h"

namespace roster::storage {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

// A log whose records can't be read.
class UnreadableLog final : public Log {
 public:
  explicit UnreadableLog(Log& below) : below_(below) {}
  const std::string& id() const override { return below_.id(); }
  Position head() const override { return below_.head(); }
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
  Journal reached;
  pipeline_->Await(1, [&](bool ok) { reached.Write(ok ? "reached" : "stopped"); });
  const absl::Time elsewhere = now() + absl::Seconds(3);
  AppendElsewhere("zoe", elsewhere);
  log_.Release();
  EXPECT_EQ(OutcomeOf("ann").position, 2);
  EXPECT_EQ(replies_.lines().front(), "ann@1111");
  EXPECT_EQ(replies_.lines().back(), "ann@2111");
  EXPECT_THAT(TimesInLog(), ElementsAre(elsewhere, elsewhere));
  EXPECT_TRUE(Has(*pipeline_->Latest(), "zoe"));
  reached.Await("reached");
}

TEST_F(PipelineTest, ForeignTimeFarAheadRefuses) {
  Start();
  BlockWith("ann");
  AppendElsewhere("zoe", now() + absl::Seconds(6));
  log_.Release();
  EXPECT_EQ(ReasonOf("ann"), "CLOCK_BEHIND");
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
  Submit(Create("late"));
  EXPECT_TRUE(answered_.Has("late")) << "at once";
  EXPECT_EQ(ReasonOf("late"), "STORAGE_FAILED");
  EXPECT_EQ(domain::ReasonOf(pipeline_->Preview(Create("late")).status), "STORAGE_FAILED");
  pipeline_->Await(1, write);
  pipeline_->Stop();
  EXPECT_THAT(reached.lines(), ElementsAre("stopped", "stopped"));
  EXPECT_THAT(failures_.lines(), ElementsAre("disk on fire")) << "once";
  EXPECT_EQ(pipeline_->Latest()->position(), 0);
  EXPECT_EQ(log_.appends(), 1) << "the log is not used any more";
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
  Pipeline pipeline(unreadable, views_, {.on_failure = [&](const absl::Status& failure) {
                      failures_.Write(std::string(failure.message()));
                    }});
  failures_.Await("damaged");
  pipeline.Submit(Create("ann"));
  EXPECT_EQ(ReasonOf("ann"), "STORAGE_FAILED");
  pipeline.Stop();
  EXPECT_THAT(failures_.lines(), ElementsAre("damaged"));
}

TEST_F(PipelineTest, FullDiskRefusesUntilThereIsRoom) {
  Start();
  has_room_ = false;
  Submit(Create("ann"));
  EXPECT_EQ(ReasonOf("ann"), "DISK_FULL");
  EXPECT_FALSE(decided_.Has("ann"));
  EXPECT_EQ(pipeline_->Preview(Create("preview")).status, absl::OkStatus());
  has_room_ = true;
  Submit(Create("bob"));
  EXPECT_EQ(OutcomeOf("bob").position, 1);
}

TEST_F(PipelineTest, TimeNeverRunsBackwards) {
  const absl::Time start = now();
  Start();
  Submit(Create("a"));
  OutcomeOf("a");
  set_now(start - absl::Seconds(5));
  Submit(Create("b"));
  EXPECT_EQ(OutcomeOf("b").status, absl::OkStatus()) << "5 s are tolerated";
  set_now(start - absl::Seconds(5) - absl::Nanoseconds(1));
  Submit(Create("refused"));
  EXPECT_EQ(ReasonOf("refused"), "CLOCK_BEHIND");
  EXPECT_EQ(domain::ReasonOf(pipeline_->Preview(Create("p")).status), "CLOCK_BEHIND");
  set_now(start + absl::Seconds(1));
  Submit(Create("c"));
  OutcomeOf("c");
  EXPECT_THAT(TimesInLog(), ElementsAre(start, start, start + absl::Seconds(1)));
}

TEST_F(PipelineTest, TimeNeverRunsBackwardsWithinWhatIsNotYetPublished) {
  const absl::Time start = now();
  Start();
  BlockWith("a");
  set_now(start + absl::Seconds(4));
  Submit(Create("b"));
  decided_.Await("b");
  set_now(start - absl::Seconds(3));
  Submit(Create("refused"));  // 7 s behind b, with which it shares the group
  log_.Release();
  EXPECT_EQ(ReasonOf("refused"), "CLOCK_BEHIND");
  EXPECT_THAT(TimesInLog(), ElementsAre(start, start + absl::Seconds(4)));
}

TEST_F(PipelineTest, DecisionSeesTheTimeOfItsCommit) {
  set_now(now() + absl::Nanoseconds(123456789));
  Start();
  Proposal proposal = Create("ann");
  absl::Time seen;
  proposal.decide = [&](const domain::World&, const domain::Cause& cause) {
    seen = cause.at;
    return absl::StatusOr<domain::Events>(domain::Events{Created("ann")});
  };
  Submit(std::move(proposal));
  OutcomeOf("ann");
  EXPECT_THAT(TimesInLog(), ElementsAre(now()));
  EXPECT_EQ(seen, now());
}

TEST_F(PipelineTest, TimeOfTheLastCommitIsKnownAfterAStart) {
  AppendElsewhere("zoe", now() + absl::Seconds(60));
  Start();
  Submit(Create("ann"));
  EXPECT_EQ(ReasonOf("ann"), "CLOCK_BEHIND");
}

TEST_F(PipelineTest, ViewsThatLagBehindAtTheStartCatchUp) {
  AppendElsewhere("zoe", now());
  Start();
  Submit(Create("ann"));
  EXPECT_EQ(OutcomeOf("ann").position, 2);
  EXPECT_TRUE(Has(*pipeline_->Latest(), "zoe"));
}

TEST_F(PipelineTest, OversizedRecordIsRefusedAndTheRestGoesIn) {
  Start();
  BlockWith("first");
  Submit(Create("ann"));
  const auto titled = [&](const char* label, size_t bytes) {
    Proposal proposal = Create(label);
    proposal.decide = [this, label, bytes](const domain::World&, const domain::Cause&) {
      decided_.Write(label);
      event::v1::Event event = Created(label);
      event.mutable_personal()->set_title(std::string(bytes, 'x'));
      return absl::StatusOr<domain::Events>(domain::Events{event});
    };
    return proposal;
  };
  Submit(titled("oversized", kMaxCommitBytes));
  Submit(titled("largest", kMaxCommitBytes - 300));
  Submit(Create("bob"));
  decided_.Await("bob");
  log_.Release();
  EXPECT_EQ(OutcomeOf("bob").position, 4);
  EXPECT_EQ(ReasonOf("oversized"), "LIMIT_EXCEEDED");
  EXPECT_FALSE(Has(*pipeline_->Latest(), "oversized"));
  EXPECT_THAT(NamesInLog(), ElementsAre("first", "ann", "largest", "bob"));
}

// Whatever size passes here passes the log too, with all that it stamps.
TEST_F(PipelineTest, NoSizeThatIsAcceptedFailsTheLog) {
  Start();
  for (size_t short_of = 100; short_of < 400; short_of += 4) {
    const std::string label = absl::StrCat("user", short_of);
    Proposal proposal = Create(label);
    proposal.decide = [&](const domain::World&, const domain::Cause&) {
      event::v1::Event event = Created(label);
      event.mutable_personal()->set_title(std::string(kMaxCommitBytes - short_of, 'x'));
      return absl::StatusOr<domain::Events>(domain::Events{event});
    };
    Submit(std::move(proposal));
    const Outcome outcome = OutcomeOf(label);
    EXPECT_THAT(domain::ReasonOf(outcome.status), AnyOf("", "LIMIT_EXCEEDED"));
  }
  EXPECT_THAT(NamesInLog(), Not(IsEmpty()));
  EXPECT_THAT(failures_.lines(), IsEmpty());
}

}  // namespace
}  // namespace roster::storage
