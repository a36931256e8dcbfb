// Requests that are made again: done once, told the same.

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/storage/pipeline/pipeline_support.h"

namespace roster::storage {
namespace {

using testing::ElementsAre;

class PipelineRequestTest : public PipelineTest {
 protected:
  // The command as the request `id` of the caller.
  static Proposal Requested(const std::string& id, Proposal proposal,
                            const std::string& hash = "hash") {
    proposal.request = domain::Request{kAccount, proposal.caller.actor, id};
    proposal.request_hash = hash;
    proposal.receipt = [id] {
      event::v1::Receipt receipt;
      receipt.add_ids(absl::StrCat("made for ", id));
      return receipt;
    };
    return proposal;
  }

  // "position changed id", and "again" for a repeat; or the reason of the refusal.
  static std::string Describe(const Outcome& outcome) {
    if (!outcome.status.ok()) return domain::ReasonOf(outcome.status);
    std::string text = absl::StrCat(outcome.position, outcome.changed ? " changed" : "");
    if (outcome.repeated) absl::StrAppend(&text, " again, ", outcome.repeated->ids(0));
    return text;
  }
  std::string Answer(const std::string& label) const { return Describe(OutcomeOf(label)); }
};

TEST_F(PipelineRequestTest, IsDoneOnce) {
  Start();
  Submit(Requested("r1", Create("ann")));
  EXPECT_EQ(Answer("ann"), "1 changed");
  Submit(Create("bob"));
  Submit(Requested("r1", Create("repeat", "ann")));
  EXPECT_EQ(Answer("repeat"), "1 changed again, made for r1");
  EXPECT_FALSE(decided_.Has("repeat"));
  EXPECT_THAT(NamesInLog(), ElementsAre("ann", "bob"));
  EXPECT_THAT(replies_.lines(), ElementsAre("ann@1111", "bob@2111"));
  const auto commits = disk_.Read(1, 10);
  EXPECT_EQ(commits->at(0).request_id(), "r1");
  EXPECT_EQ(commits->at(0).request_hash(), "hash");
  EXPECT_EQ(commits->at(0).receipt().ids(0), "made for r1");
  EXPECT_FALSE(commits->at(1).has_receipt());
}

TEST_F(PipelineRequestTest, IsKnownWithinItsGroupAndTheNext) {
  Start({.group_limit = 2});
  BlockWith("first");
  Submit(Requested("r1", Create("ann")));
  Submit(Requested("r1", Create("same group", "ann")));
  Submit(Requested("r1", Create("next group", "ann")));
  log_.Release();
  EXPECT_EQ(Answer("ann"), "2 changed");
  EXPECT_EQ(Answer("same group"), "2 changed again, made for r1");
  EXPECT_EQ(Answer("next group"), "2 changed again, made for r1");
  EXPECT_THAT(NamesInLog(), ElementsAre("first", "ann"));
}

// A repeat is not answered before what it repeats is durable.
TEST_F(PipelineRequestTest, IsNotAnsweredBeforeWhatItRepeats) {
  Start();
  log_.Block();
  Submit(Requested("r1", Create("ann")));
  log_.AwaitBlocked();
  Submit(Requested("r1", Create("repeat", "ann")));
  Submit(DoNothing("last"));
  decided_.Await("last");
  EXPECT_FALSE(answered_.Has("repeat"));
  log_.Release();
  EXPECT_EQ(Answer("repeat"), "1 changed again, made for r1");
}

TEST_F(PipelineRequestTest, MayNotMeanSomethingElse) {
  Start();
  Submit(Requested("r1", Create("ann")));
  Submit(Requested("r1", Create("other", "bob"), "another hash"));
  EXPECT_EQ(Answer("other"), "REQUEST_ID_REUSED");
  EXPECT_FALSE(decided_.Has("other"));
  EXPECT_EQ(Describe(pipeline_->Preview(Requested("r1", Create("bob"), "another hash"))),
            "REQUEST_ID_REUSED");
  EXPECT_THAT(NamesInLog(), ElementsAre("ann"));
}

TEST_F(PipelineRequestTest, IsRememberedWhenItChangedNothing) {
  Start();
  Submit(Requested("r1", DoNothing("idle")));
  EXPECT_EQ(Answer("idle"), "1");
  Submit(Requested("r1", DoNothing("repeat")));
  EXPECT_EQ(Answer("repeat"), "1 again, made for r1");
  EXPECT_EQ(disk_.head(), 1u);
  Submit(DoNothing("without id"));
  EXPECT_EQ(Answer("without id"), "1");
  EXPECT_EQ(disk_.head(), 1u);
}

TEST_F(PipelineRequestTest, IsNotRememberedWhenItWasRefused) {
  Start();
  bool refuses = true;
  const auto attempt = [&](const char* label) {
    Proposal proposal = Create(label, "ann");
    proposal.decide = [&refuses, decide = proposal.decide](const domain::World& world,
                                                           const domain::Caller& caller) {
      if (!refuses) return decide(world, caller);
      return absl::StatusOr<domain::Events>(domain::Refuse(domain::Reason::kUsernameTaken));
    };
    return Requested("r1", std::move(proposal));
  };
  Submit(attempt("refused"));
  EXPECT_EQ(Answer("refused"), "USERNAME_TAKEN");
  EXPECT_EQ(disk_.head(), 0u);
  refuses = false;
  Submit(attempt("accepted"));
  EXPECT_EQ(Answer("accepted"), "1 changed");
}

TEST_F(PipelineRequestTest, IsNotRememberedByAPreview) {
  Start();
  EXPECT_EQ(Describe(pipeline_->Preview(Requested("r1", Create("ann")))), "1 changed");
  Submit(Requested("r1", Create("ann")));
  EXPECT_EQ(Answer("ann"), "1 changed");
  EXPECT_EQ(Describe(pipeline_->Preview(Requested("r1", Create("ann")))),
            "1 changed again, made for r1");
}

// Another node appends first: the position is another one, and the repeat tells that one.
TEST_F(PipelineRequestTest, IsDecidedAgainAfterAnAbort) {
  Start();
  log_.Block();
  Submit(Requested("r1", Create("ann")));
  log_.AwaitBlocked();
  Submit(Requested("r1", Create("repeat", "ann")));
  AppendElsewhere("zoe", now());
  log_.Release();
  EXPECT_EQ(Answer("ann"), "2 changed");
  EXPECT_EQ(Answer("repeat"), "2 changed again, made for r1");
  EXPECT_THAT(NamesInLog(), ElementsAre("zoe", "ann"));
}

// The same request came to another node first.
TEST_F(PipelineRequestTest, IsKnownWhenAnotherNodeDidIt) {
  Start();
  log_.Block();
  Proposal ann = Requested("r1", Create("ann"));
  event::v1::Commit elsewhere;
  elsewhere.set_account_id(kAccount);
  *elsewhere.mutable_actor() = ann.caller.actor;
  elsewhere.mutable_time()->set_seconds(absl::ToUnixSeconds(now()));
  elsewhere.set_request_id("r1");
  elsewhere.set_request_hash("hash");
  *elsewhere.mutable_receipt() = ann.receipt();
  Submit(std::move(ann));
  log_.AwaitBlocked();
  std::vector<event::v1::Commit> commits = {elsewhere};
  ASSERT_EQ(disk_.Append(0, commits), absl::OkStatus());
  log_.Release();
  EXPECT_EQ(Answer("ann"), "1 again, made for r1");
  EXPECT_EQ(disk_.head(), 1u);
}

// For the day of the log's time and the one after.
TEST_F(PipelineRequestTest, IsForgottenAfterADay) {
  const absl::Time midnight = absl::FromUnixSeconds(20'000 * 86'400);
  set_now(midnight);
  Start();
  Submit(Requested("r1", Create("ann")));
  EXPECT_EQ(Answer("ann"), "1 changed");
  set_now(midnight + absl::Hours(48) - absl::Nanoseconds(1));
  Submit(Requested("r1", Create("next day", "ann")));
  EXPECT_EQ(Answer("next day"), "1 changed again, made for r1");
  set_now(midnight + absl::Hours(48));
  Submit(Requested("r1", Create("bob")));
  EXPECT_EQ(Answer("bob"), "2 changed");
}

TEST_F(PipelineRequestTest, IsRefusedForWantOfSpaceOrTimeBeforeItIsKnown) {
  Start();
  Submit(Requested("r1", Create("ann")));
  EXPECT_EQ(Answer("ann"), "1 changed");
  has_disk_space_ = false;
  Submit(Requested("r1", Create("no space", "ann")));
  EXPECT_EQ(Answer("no space"), "DISK_FULL");
}

}  // namespace
}  // namespace roster::storage
