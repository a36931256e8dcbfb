// The limits of the pipeline: size of groups, queue and records, disk space, and time.

#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/storage/pipeline/pipeline_support.h"

namespace roster::storage {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST_F(PipelineTest, GroupsAreBoundedByCommands) {
  Start({.group_limit = 3});
  BlockWith("first");
  for (const char* name : {"a", "b", "c", "d", "e"}) Submit(Create(name));
  decided_.Await("c");
  EXPECT_EQ(pipeline_->queue_depth(), 2);
  EXPECT_FALSE(decided_.Has("d"));
  log_.Release();
  OutcomeOf("e");
  pipeline_->Stop();
  EXPECT_THAT(groups_.lines(), ElementsAre("1/1@1", "3/3@4", "2/2@6"));
  EXPECT_THAT(answered_.lines(), ElementsAre("first", "a", "b", "c", "d", "e"));
}

TEST_F(PipelineTest, GroupsAreBoundedByBytes) {
  Start({.group_bytes = 1});
  BlockWith("first");
  for (const char* name : {"a", "b", "c"}) Submit(Create(name));
  log_.Release();
  OutcomeOf("c");
  pipeline_->Stop();
  EXPECT_THAT(groups_.lines(), ElementsAre("1/1@1", "1/1@2", "1/1@3", "1/1@4"));
  EXPECT_THAT(NamesInLog(), ElementsAre("first", "a", "b", "c"));
}

// A group that is full of bytes leaves commands over; they go before those that came meanwhile.
TEST_F(PipelineTest, WhatDoesNotFitIntoAGroupKeepsItsPlace) {
  Start({.group_bytes = 1});
  const auto then = [this](const char* name, const std::vector<std::string>& submitted) {
    Proposal proposal = Create(name);
    proposal.decide = [this, submitted, decide = std::move(proposal.decide)](
                          const domain::World& world, const domain::Caller& caller) {
      for (const std::string& other : submitted) Submit(Create(other));
      return decide(world, caller);
    };
    return proposal;
  };
  Proposal first = then("first", {});
  first.decide = [this, then](const domain::World&, const domain::Caller&) {
    Submit(then("a", {"d"}));
    Submit(Create("b"));
    Submit(Create("c"));
    return absl::StatusOr<domain::Events>(domain::Events{Created("first")});
  };
  Submit(std::move(first));
  OutcomeOf("d");
  EXPECT_THAT(NamesInLog(), ElementsAre("first", "a", "b", "c", "d"));
}

TEST_F(PipelineTest, FullQueueShedsWhileTheRestSettles) {
  Start({.queue_limit = 6, .group_limit = 1});  // a third of it for one caller
  BlockWith("first");
  Submit(Create("a"));
  decided_.Await("a");
  for (const char* name : {"b", "c", "shed"}) Submit(Create(name));
  EXPECT_TRUE(answered_.Has("shed")) << "at once, on the thread of Submit";
  EXPECT_EQ(ReasonOf("shed"), "OVERLOADED");
  EXPECT_EQ(pipeline_->queue_depth(), 2);
  log_.Release();
  OutcomeOf("c");
  EXPECT_THAT(NamesInLog(), ElementsAre("first", "a", "b", "c"));
}

TEST_F(PipelineTest, FullDiskRefusesUntilThereIsRoom) {
  Start();
  has_disk_space_ = false;
  Submit(Create("ann"));
  EXPECT_EQ(ReasonOf("ann"), "DISK_FULL");
  EXPECT_FALSE(decided_.Has("ann"));
  EXPECT_EQ(pipeline_->Preview(Create("preview")).status, absl::OkStatus());
  has_disk_space_ = true;
  Submit(Create("bob"));
  EXPECT_EQ(OutcomeOf("bob").position, 1);
}

// Deadlines are by the system's clock, not by that of the commits, which stands in 2023 here.
TEST_F(PipelineTest, DeadlineThatPassedInTheQueueIsNotDecided) {
  Start();
  BlockWith("first");
  Submit(Create("fills the group that waits"));
  decided_.Await("fills the group that waits");
  const auto until = [this](const char* name, absl::Time deadline) {
    Proposal proposal = Create(name);
    proposal.deadline = deadline;
    return proposal;
  };
  Submit(until("past", absl::Now() - absl::Nanoseconds(1)));
  Submit(until("future", absl::Now() + absl::Hours(1)));
  Submit(until("never", absl::InfiniteFuture()));
  decided_.Await("never");
  log_.Release();
  EXPECT_EQ(ReasonOf("past"), "DEADLINE_PASSED");
  OutcomeOf("never");
  EXPECT_FALSE(decided_.Has("past"));
  EXPECT_THAT(NamesInLog(), ElementsAre("first", "fills the group that waits", "future", "never"));
  EXPECT_THAT(answered_.lines(),
              ElementsAre("first", "fills the group that waits", "past", "future", "never"));
}

// A command that was decided in time, but has to be decided again, is late then.
TEST_F(PipelineTest, DeadlineCountsForEveryDecision) {
  Start();
  BlockWith("first");
  Proposal proposal = Create("ann");
  proposal.deadline = absl::Now() + absl::Seconds(1);
  Submit(std::move(proposal));
  decided_.Await("ann");
  absl::SleepFor(absl::Seconds(1));
  AppendElsewhere("zoe", now());
  log_.Release();
  EXPECT_EQ(ReasonOf("ann"), "DEADLINE_PASSED");
  OutcomeOf("first");
  EXPECT_THAT(NamesInLog(), ElementsAre("zoe", "first"));
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

TEST_F(PipelineTest, TimeNeverRunsBackwardsBehindWhatIsBeingAppended) {
  Start();
  BlockWith("a");
  set_now(now() - absl::Seconds(6));
  Submit(Create("refused"));
  while (pipeline_->queue_depth() > 0) std::this_thread::yield();
  log_.Release();
  EXPECT_EQ(ReasonOf("refused"), "CLOCK_BEHIND");
}

TEST_F(PipelineTest, DecisionSeesTheTimeOfItsCommit) {
  set_now(now() + absl::Nanoseconds(123456789));
  Start();
  Proposal proposal = Create("ann");
  absl::Time seen;
  proposal.decide = [&](const domain::World&, const domain::Caller& caller) {
    seen = caller.at;
    return absl::StatusOr<domain::Events>(domain::Events{Created("ann")});
  };
  Submit(std::move(proposal));
  OutcomeOf("ann");
  EXPECT_THAT(TimesInLog(), ElementsAre(now()));
  EXPECT_EQ(seen, now());
}

TEST_F(PipelineTest, TimeOfTheLastCommitIsKnownAfterAStart) {
  AppendElsewhere("zoe", now() + absl::Seconds(60));
  ASSERT_EQ(CatchUp(views_, disk_, *vault_), absl::OkStatus());
  Start();
  Submit(Create("ann"));
  EXPECT_EQ(ReasonOf("ann"), "CLOCK_BEHIND");
}

TEST_F(PipelineTest, OversizedRecordIsRefusedAndTheRestGoesIn) {
  Start();
  BlockWith("first");
  Submit(Create("ann"));
  const auto titled = [&](const char* label, size_t bytes) {
    Proposal proposal = Create(label);
    proposal.decide = [this, label, bytes](const domain::World&, const domain::Caller&) {
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
  for (size_t short_of = 120; short_of < 240; short_of += 3) {
    const std::string label = absl::StrCat("user", short_of);
    Proposal proposal = Create(label);
    proposal.decide = [&](const domain::World&, const domain::Caller&) {
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
