// The pipeline when all goes well: order, visibility, groups, waiting, the end.

#include "storage/pipeline/pipeline.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/storage/pipeline/pipeline_support.h"

namespace roster::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(PipelineTest, ReadsItsOwnWrites) {
  Start();
  for (int i = 1; i <= 20; ++i) {
    const std::string name = absl::StrCat("user", i);
    Proposal proposal = Create(name);
    proposal.done = [&, done = std::move(proposal.done)](const Outcome& outcome) {
      EXPECT_TRUE(outcome.changed);
      EXPECT_TRUE(Has(*pipeline_->Latest(), name));
      EXPECT_GE(pipeline_->Latest()->position(), outcome.position);
      EXPECT_GE(disk_.head(), outcome.position);
      done(outcome);
    };
    Submit(std::move(proposal));
    EXPECT_EQ(OutcomeOf(name).position, i);
  }
}

TEST_F(PipelineTest, RecordsWhoDidWhatAndWhen) {
  Start();
  Submit(Create("ann"));
  EXPECT_EQ(OutcomeOf("ann").status, absl::OkStatus());
  const auto commits = disk_.Read(1, 10);
  ASSERT_TRUE(commits.ok());
  const event::v1::Commit& commit = commits->at(0);
  EXPECT_EQ(commit.position(), 1);
  EXPECT_EQ(commit.account_id(), kAccount);
  EXPECT_EQ(commit.actor().id(), "backend");
  EXPECT_EQ(commit.cause(), "roster.Test/Create");
  EXPECT_THAT(TimesInLog(), ElementsAre(now()));
  EXPECT_THAT(NamesInLog(), ElementsAre("ann"));
}

TEST_F(PipelineTest, PositionsAreGaplessUnderConcurrency) {
  constexpr int kThreads = 8;
  constexpr int kEach = 1250;
  Start({.queue_limit = 3 * kThreads * kEach});
  std::vector<Position> positions(kThreads * kEach);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = thread * kEach; i < (thread + 1) * kEach; ++i) {
        Proposal proposal = Create(absl::StrCat("user", i));
        proposal.reply = nullptr;
        proposal.done = [&, i](const Outcome& outcome) { positions[i] = outcome.position; };
        Submit(std::move(proposal));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  pipeline_->Stop();

  const std::vector<std::string> names = NamesInLog();
  ASSERT_EQ(names.size(), positions.size());
  for (size_t i = 0; i < positions.size(); ++i) {
    ASSERT_EQ(names.at(positions[i] - 1), absl::StrCat("user", i));
  }
  EXPECT_EQ(pipeline_->Latest()->position(), positions.size());
}

TEST_F(PipelineTest, LaterCommandSeesEarlierOneOfItsGroup) {
  Start();
  BlockWith("first");
  Submit(Create("ann"));
  Submit(Create("also ann", "ann"));
  Submit(Create("bob"));
  decided_.Await("bob");
  log_.Release();
  EXPECT_EQ(ReasonOf("ann"), "");
  EXPECT_EQ(ReasonOf("also ann"), "USERNAME_TAKEN");
  EXPECT_EQ(OutcomeOf("also ann").position, 2) << "the world that it read";
  EXPECT_EQ(OutcomeOf("bob").position, 3);
  groups_.Await("3/2@3");
  EXPECT_THAT(NamesInLog(), ElementsAre("first", "ann", "bob"));
}

TEST_F(PipelineTest, NextGroupIsDecidedWhileOneIsAppended) {
  Start();
  BlockWith("first");
  Submit(Create("ann"));
  decided_.Await("ann");
  EXPECT_EQ(disk_.head(), 0);
  EXPECT_EQ(pipeline_->Latest()->position(), 0) << "visible before it is durable";
  EXPECT_THAT(answered_.lines(), IsEmpty());
  log_.Release();
  EXPECT_EQ(OutcomeOf("ann").position, 2);
  groups_.Await("1/1@2");
}

domain::Events ServiceToken(bool issued) {
  domain::Events events(issued ? 2 : 1);
  if (issued) {
    events[0].mutable_service_account_created()->set_service_account_id("svc");
    events[1].mutable_service_token_issued()->set_service_account_id("svc");
    events[1].mutable_service_token_issued()->set_token_id("t");
    events[1].mutable_service_token_issued()->set_token_hash("hash");
  } else {
    events[0].mutable_service_token_revoked()->set_service_account_id("svc");
    events[0].mutable_service_token_revoked()->set_token_id("t");
    events[0].mutable_service_token_revoked()->set_token_hash("hash");
  }
  return events;
}

// A token that is revoked while a command waits proves nothing when the command is decided, in the
// same group too.
TEST_F(PipelineTest, AH6_RevokedWhileTheCommandWaits) {
  Start();
  const auto change = [this](const std::string& label, bool issued) {
    Proposal proposal = DoNothing(label);
    proposal.decide = [issued](const domain::World&, const domain::Caller&) {
      return absl::StatusOr<domain::Events>(ServiceToken(issued));
    };
    return proposal;
  };
  const auto by_token = [](Proposal proposal) {
    proposal.caller.actor.set_kind(event::v1::Actor::KIND_SERVICE_ACCOUNT);
    proposal.caller.actor.set_id("svc");
    proposal.caller.actor_account_id = kAccount;
    proposal.caller.proof.token_hash = "hash";
    return proposal;
  };
  Submit(change("issue", true));
  EXPECT_EQ(ReasonOf("issue"), "");
  BlockWith("first");
  Submit(by_token(Create("early")));
  Submit(change("revoke", false));
  Submit(by_token(Create("late")));
  Submit(Create("inside"));
  decided_.Await("inside");
  log_.Release();
  EXPECT_EQ(ReasonOf("early"), "");
  EXPECT_EQ(ReasonOf("revoke"), "");
  EXPECT_EQ(ReasonOf("late"), "UNAUTHENTICATED");
  EXPECT_EQ(ReasonOf("inside"), "");
  EXPECT_EQ(domain::ReasonOf(pipeline_->Preview(by_token(Create("preview"))).status),
            "UNAUTHENTICATED");
  // Events of the service account have no name.
  EXPECT_THAT(NamesInLog(), ElementsAre("", "", "first", "early", "", "inside"));
}

// A command that erases a user, as the request `id`.
Proposal Erasing(Proposal proposal, const std::string& id) {
  proposal.decide = [](const domain::World&, const domain::Caller&) {
    domain::Events events(1);
    events[0].mutable_user_erased()->set_user_id("ann");
    return absl::StatusOr<domain::Events>(std::move(events));
  };
  proposal.request = {.account_id = kAccount, .actor = proposal.caller.actor, .id = id};
  return proposal;
}

// The repeat of an erasure that is still under way is not answered before it.
TEST_F(PipelineTest, RepeatOfAnErasureWaitsForIt) {
  std::vector<std::function<void()>> dones;  // the committer's until all are answered
  PipelineOptions options;
  options.erase = [&](const std::vector<Erasure>&, std::function<void()> done) {
    dones.push_back(std::move(done));
  };
  Start(std::move(options));
  for (const char* label : {"first", "again"}) Submit(Erasing(DoNothing(label), "r1"));
  Submit(Create("bob"));
  EXPECT_EQ(OutcomeOf("bob").position, 2);
  EXPECT_THAT(answered_.lines(), ElementsAre("bob"));
  ASSERT_EQ(dones.size(), 2u);
  for (const auto& done : dones) done();
  EXPECT_EQ(OutcomeOf("again").position, 1);
}

// No other repeat waits: neither that of a command without erasures, nor one that comes after the
// erasure has ended.
TEST_F(PipelineTest, OtherRepeatsDoNotWaitForAnErasure) {
  std::vector<std::function<void()>> dones;  // the committer's until all are answered
  PipelineOptions options;
  options.erase = [&](const std::vector<Erasure>&, std::function<void()> done) {
    dones.push_back(std::move(done));
  };
  Start(std::move(options));
  const auto create = [this](const std::string& label) {
    Proposal proposal = Create(label, "bob");
    proposal.request = {.account_id = kAccount, .actor = proposal.caller.actor, .id = "r2"};
    return proposal;
  };
  Submit(create("bob"));
  Submit(Erasing(DoNothing("erasing"), "r1"));
  Submit(create("bob again"));
  EXPECT_EQ(OutcomeOf("bob again").position, 1);
  EXPECT_THAT(answered_.lines(), ElementsAre("bob", "bob again"));
  ASSERT_EQ(dones.size(), 1u);
  dones[0]();
  EXPECT_EQ(OutcomeOf("erasing").position, 2);
  Submit(Erasing(DoNothing("late"), "r1"));
  EXPECT_EQ(OutcomeOf("late").position, 2);
  EXPECT_EQ(dones.size(), 1u);
}

// The eraser may finish after the pipeline is gone.
TEST_F(PipelineTest, AnErasureMayEndAfterThePipeline) {
  std::vector<std::function<void()>> dones;  // the committer's until it has stopped
  PipelineOptions options;
  options.erase = [&](const std::vector<Erasure>&, std::function<void()> done) {
    dones.push_back(std::move(done));
  };
  Start(std::move(options));
  Submit(Erasing(DoNothing("erasing"), "r1"));
  pipeline_.reset();
  ASSERT_EQ(dones.size(), 1u);
  dones[0]();
  EXPECT_EQ(OutcomeOf("erasing").position, 1);
}

// What a refused or idle command read may not be published before it.
TEST_F(PipelineTest, NothingIsAnsweredBeforeWhatItReadIsPublished) {
  Start();
  BlockWith("ann");
  Submit(Create("refused", "ann"));
  Submit(DoNothing("idle"));
  Submit(DoNothing("last"));
  decided_.Await("last");
  EXPECT_THAT(answered_.lines(), IsEmpty());
  log_.Release();
  EXPECT_EQ(ReasonOf("refused"), "USERNAME_TAKEN");
  EXPECT_EQ(OutcomeOf("refused").position, 1);
  EXPECT_EQ(OutcomeOf("idle").position, 1);
  EXPECT_EQ(OutcomeOf("idle").status, absl::OkStatus());
  EXPECT_FALSE(OutcomeOf("idle").changed);
  OutcomeOf("last");
  EXPECT_THAT(answered_.lines(), ElementsAre("ann", "refused", "idle", "last"));
  EXPECT_EQ(log_.appends(), 1) << "a group without commits is not appended";
}

TEST_F(PipelineTest, RepliesShowTheWorldRightAfterTheCommand) {
  Start();
  BlockWith("ann");
  Submit(Create("bob"));
  Submit(Create("refused", "bob"));
  Submit(DoNothing("idle"));
  Submit(Create("cem"));
  log_.Release();
  OutcomeOf("cem");
  // Position, the world is at it, changed, the row is there; a refusal has no reply.
  EXPECT_THAT(replies_.lines(), ElementsAre("ann@1111", "bob@2111", "idle@20", "cem@3111"));
}

TEST_F(PipelineTest, PreviewChangesNothingAndRepliesLikeTheRealCall) {
  Start();
  Submit(Create("first"));
  OutcomeOf("first");
  const Outcome preview = pipeline_->Preview(Create("ann"));
  EXPECT_EQ(preview.status, absl::OkStatus());
  EXPECT_EQ(disk_.head(), 1);
  EXPECT_FALSE(Has(*pipeline_->Latest(), "ann"));
  EXPECT_FALSE(answered_.Has("ann"));

  Submit(Create("ann"));
  EXPECT_EQ(OutcomeOf("ann").position, preview.position);
  EXPECT_EQ(OutcomeOf("ann").changed, preview.changed);
  EXPECT_THAT(replies_.lines(), ElementsAre("first@1111", "ann@2111", "ann@2111"));
  EXPECT_EQ(domain::ReasonOf(pipeline_->Preview(Create("ann")).status), "USERNAME_TAKEN");
}

TEST_F(PipelineTest, PreviewReadsPublishedStateOnly) {
  Start();
  BlockWith("ann");
  EXPECT_EQ(pipeline_->Preview(Create("preview", "ann")).status, absl::OkStatus());
}

TEST_F(PipelineTest, AwaitIsCalledWhenThePositionIsPublished) {
  Start();
  Journal reached;
  EXPECT_EQ(pipeline_->Await(0, [&](bool ok) { reached.Write(absl::StrCat("0:", ok)); }), 0);
  EXPECT_THAT(reached.lines(), ElementsAre("0:1")) << "at once";
  BlockWith("ann");
  for (const Position position : {2, 1}) {
    EXPECT_NE(pipeline_->Await(position,
                               [&, position](bool ok) {
                                 EXPECT_GE(pipeline_->Latest()->position(), position);
                                 EXPECT_TRUE(answered_.Has(position == 1 ? "ann" : "bob"));
                                 reached.Write(absl::StrCat(position, ":", ok));
                               }),
              0);
  }
  EXPECT_THAT(reached.lines(), ElementsAre("0:1"));
  log_.Release();
  reached.Await("1:1");
  EXPECT_FALSE(reached.Has("2:1"));
  Submit(Create("bob"));
  reached.Await("2:1");
}

TEST_F(PipelineTest, AwaitCanBeCancelled) {
  Start();
  Journal reached;
  const auto write = [&](const char* line) { return [&, line](bool) { reached.Write(line); }; };
  const uint64_t cancelled = pipeline_->Await(1, write("cancelled"));
  const uint64_t kept = pipeline_->Await(1, write("kept"));
  EXPECT_TRUE(pipeline_->CancelAwait(cancelled));
  EXPECT_FALSE(pipeline_->CancelAwait(cancelled));
  EXPECT_FALSE(pipeline_->CancelAwait(0));
  Submit(Create("ann"));
  reached.Await("kept");
  EXPECT_FALSE(pipeline_->CancelAwait(kept));
  EXPECT_THAT(reached.lines(), ElementsAre("kept"));
}

TEST_F(PipelineTest, StopEndsWaiting) {
  Start();
  Submit(Create("ann"));
  OutcomeOf("ann");
  Journal reached;
  const auto write = [&](bool ok) { reached.Write(ok ? "reached" : "stopped"); };
  pipeline_->Await(7, write);
  EXPECT_THAT(reached.lines(), IsEmpty());
  pipeline_->Stop();
  EXPECT_THAT(reached.lines(), ElementsAre("stopped"));
  pipeline_->Await(7, write);
  pipeline_->Await(1, write);
  EXPECT_THAT(reached.lines(), ElementsAre("stopped", "stopped", "reached"));
}

TEST_F(PipelineTest, StopSettlesWhatIsQueued) {
  Start({.group_limit = 2});
  BlockWith("first");
  for (const char* name : {"a", "b", "c"}) Submit(Create(name));
  std::thread stopping([&] { pipeline_->Stop(); });
  const size_t accepted = AwaitStopping();
  log_.Release();
  stopping.join();
  EXPECT_THAT(NamesInLog(), ElementsAre("first", "a", "b", "c"));
  EXPECT_EQ(answered_.lines().size(), accepted + 5);
  pipeline_->Stop();
}

// The writer may not end before the last group is settled: it may have to decide it again.
TEST_F(PipelineTest, StopSettlesWhatIsAborted) {
  Start();
  BlockWith("ann");
  AppendElsewhere("other", now());
  std::thread releasing([&] {
    // Long enough for Stop to begin. Were it not, the test would pass without testing this.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    log_.Release();
  });
  pipeline_->Stop();
  EXPECT_TRUE(answered_.Has("ann"));
  EXPECT_THAT(NamesInLog(), ElementsAre("other", "ann"));
  releasing.join();
}

TEST_F(PipelineTest, CallbacksMayUseThePipeline) {
  Start();
  Journal reached;
  Proposal first = Create("first");
  first.done = [&](const Outcome& outcome) {
    Submit(Create("second"));
    pipeline_->Await(outcome.position + 1, [&](bool) {
      Submit(Create("third"));
      reached.Write(absl::StrCat(pipeline_->queue_depth() <= 1));
    });
  };
  Submit(std::move(first));
  EXPECT_EQ(OutcomeOf("third").position, 3);
  reached.Await("1");
}

}  // namespace
}  // namespace roster::storage
