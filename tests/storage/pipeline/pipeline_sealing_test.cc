// Personal data on its way through the pipeline: sealed before it is stored, under one key a
// person.

#include "absl/strings/str_cat.h"
#include "domain/rows/user_rows.h"
#include "gmock/gmock.h"
#include "tests/storage/pipeline/pipeline_support.h"

namespace roster::storage {
namespace {

using testing::ElementsAre;

class PipelineSealingTest : public PipelineTest {
 protected:
  // A command that gives these events.
  Proposal Gives(const std::string& label, const domain::Events& events) {
    Proposal proposal = Create(label);
    proposal.reply = nullptr;
    proposal.decide = [events](const domain::World&, const domain::Caller&) {
      return absl::StatusOr<domain::Events>(events);
    };
    return proposal;
  }

  static event::v1::Event Updated(const std::string& user_name, const std::string& title) {
    event::v1::Event event;
    event.mutable_user_updated()->set_user_id(absl::StrCat("id-", user_name));
    event.mutable_personal()->set_user_name(user_name);
    event.mutable_personal()->set_title(title);
    return event;
  }

  std::vector<KeyId> KeysInLog() const {
    std::vector<KeyId> keys;
    const absl::StatusOr<std::vector<event::v1::Commit>> commits = disk_.Read(1, 1000);
    for (const event::v1::Commit& commit : *commits) {
      for (const event::v1::Event& event : commit.events()) {
        EXPECT_FALSE(event.has_personal());
        keys.push_back(event.sealed().key_id());
      }
    }
    return keys;
  }

  event::v1::PersonalData PersonOf(const std::string& user_name) const {
    const Version version = pipeline_->Latest();
    const auto row = domain::FindUser(*version, kAccount, absl::StrCat("id-", user_name));
    return domain::PersonalOf(*version, kAccount, *row).value();
  }
};

// The fixture has taken key 1.
TEST_F(PipelineSealingTest, HasOneKeyForEachUser) {
  Start();
  BlockWith("ann");
  Submit(Create("bob"));
  Submit(Gives("bob again", {Updated("bob", "within the group of his creation")}));
  Submit(Gives("ann again", {Updated("ann", "sealed while she is being appended")}));
  log_.Release();
  OutcomeOf("ann again");
  Submit(Gives("ann later", {Updated("ann", "published")}));
  OutcomeOf("ann later");
  EXPECT_THAT(KeysInLog(), ElementsAre(2, 3, 3, 2, 2));
  EXPECT_EQ(PersonOf("ann").title(), "published");
  EXPECT_EQ(PersonOf("bob").title(), "within the group of his creation");
}

TEST_F(PipelineSealingTest, GivesEachUserOfAnImportHisOwnKey) {
  Start();
  domain::Events events;
  for (int i = 0; i < 200; ++i) events.push_back(Created(absl::StrCat("user", i)));
  Submit(Gives("import", events));
  EXPECT_EQ(OutcomeOf("import").status, absl::OkStatus());
  std::vector<KeyId> keys = KeysInLog();
  ASSERT_EQ(keys.size(), 200u);
  for (size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(keys[i], i + 2);
  EXPECT_EQ(PersonOf("user199").user_name(), "user199");
}

TEST_F(PipelineSealingTest, TakesNoKeyForAPreviewOrARefusal) {
  Start();
  std::string seen;
  Proposal preview = Create("ann");
  preview.reply = [&](const domain::World& world, const Outcome&) {
    const auto row = domain::FindUser(world, kAccount, "id-ann");
    EXPECT_EQ(row->sealed().key_id(), kPreviewKey);
    seen = domain::PersonalOf(world, kAccount, *row)->user_name();
  };
  EXPECT_EQ(pipeline_->Preview(preview).status, absl::OkStatus());
  EXPECT_EQ(seen, "ann");
  Submit(Create("ann"));
  Submit(Create("refused", "ann"));
  Submit(Create("bob"));
  OutcomeOf("bob");
  EXPECT_THAT(KeysInLog(), ElementsAre(2, 3));
}

// A reply gets the data that was just sealed without its key; all other data comes from the vault.
TEST_F(PipelineSealingTest, OpensNothingThatItHasJustSealed) {
  Start();
  Submit(Create("bob"));
  OutcomeOf("bob");
  domain::Events events = {Created("ann"), Created("cem")};
  Proposal both = Gives("both", events);
  std::vector<std::string> seen;
  both.reply = [&](const domain::World& world, const Outcome&) {
    ASSERT_THAT(vault_->Destroy({3, 4}), IsOk());
    for (const char* name : {"ann", "bob", "cem"}) {
      const auto row = domain::FindUser(world, kAccount, absl::StrCat("id-", name));
      const auto person = domain::PersonalOf(world, kAccount, *row);
      seen.push_back(person ? person->user_name() : "nothing");
    }
    // Under another name it is asked of the vault, as ever.
    const auto ann = domain::FindUser(world, kAccount, "id-ann");
    EXPECT_FALSE(world.keys().Open(kAccount, "id-cem", ann->sealed()));
    EXPECT_FALSE(world.keys().Open("other", "id-ann", ann->sealed()));
    EXPECT_EQ(world.position(), 2u);
    EXPECT_TRUE(Has(world, "ann"));
  };
  Submit(std::move(both));
  EXPECT_EQ(OutcomeOf("both").position, 2u);
  EXPECT_THAT(seen, ElementsAre("ann", "bob", "cem"));
  EXPECT_THAT(KeysInLog(), ElementsAre(2, 3, 4));
}

// The whole of the log, with everything that a record says beside the data.
TEST_F(PipelineSealingTest, LeavesNoPlainTextInTheLog) {
  Start();
  domain::Events events;
  for (int i = 0; i < 50; ++i) {
    event::v1::Event event = Created(absl::StrCat("number", i));
    event.mutable_user_created()->set_user_id(absl::StrCat("u", i));
    for (std::string* field :
         {event.mutable_personal()->mutable_full_name(), event.mutable_personal()->mutable_email(),
          event.mutable_personal()->mutable_title(), event.mutable_personal()->mutable_user_name(),
          event.mutable_personal()->mutable_given_name(),
          event.mutable_personal()->mutable_family_name()}) {
      *field = absl::StrCat("Marker", i);
    }
    events.push_back(event);
  }
  Submit(Gives("import", events));
  OutcomeOf("import");
  const absl::StatusOr<std::vector<event::v1::Commit>> commits = disk_.Read(1, 10);
  ASSERT_EQ(commits->size(), 1u);
  EXPECT_THAT(commits->at(0).SerializeAsString(), testing::Not(testing::HasSubstr("Marker")));
}

// A decision made again seals anew, under a key of its own when the user is new.
TEST_F(PipelineSealingTest, SealsAgainWhatIsDecidedAgain) {
  Start();
  Submit(Create("ann"));
  OutcomeOf("ann");
  log_.Block();
  Submit(Gives("ann again", {Updated("ann", "later")}));
  log_.AwaitBlocked();
  Submit(Create("bob"));
  AppendElsewhere("zoe", now());
  log_.Release();
  OutcomeOf("bob");
  const std::vector<KeyId> keys = KeysInLog();
  ASSERT_EQ(keys.size(), 4u);
  EXPECT_THAT(std::vector<KeyId>(keys.begin(), keys.begin() + 3), ElementsAre(2, 1, 2));
  EXPECT_GT(keys[3], 2u);
  EXPECT_EQ(PersonOf("ann").title(), "later");
  EXPECT_EQ(PersonOf("bob").user_name(), "bob");
}

TEST_F(PipelineSealingTest, RefusesTextThatNobodyCouldReadBackAndGoesOn) {
  Start();
  event::v1::Event event = Created("ann");
  event.mutable_personal()->set_title("\xff");
  Submit(Gives("ann", {event}));
  EXPECT_EQ(OutcomeOf("ann").status.code(), absl::StatusCode::kInvalidArgument);
  Submit(Create("bob"));
  EXPECT_EQ(OutcomeOf("bob").position, 1u);
}

}  // namespace
}  // namespace roster::storage
