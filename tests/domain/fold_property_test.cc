// Random histories against a small model: commands decided and folded, and events that no decision
// made. rapidcheck shrinks a failing history to a short one.

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "domain/fold.h"
#include "domain/rows/codec.h"
#include "domain/rows/counter.h"
#include "domain/rows/subject_rows.h"
#include "domain/rows/user_rows.h"
#include "tests/domain/scenario.h"
#include "tests/domain/user/user_model.h"

namespace roster::domain {
namespace {

absl::StatusOr<Events> DecideStep(const World& world, const Step& step, const Caller& caller) {
  const std::string id = kUsers[step.user];
  event::v1::PersonalData personal;
  personal.set_full_name("Name");
  personal.set_email(kEmails[step.email]);
  personal.set_user_name(kUserNames[step.user_name]);
  switch (step.kind) {
    case Step::kCreate:
      return Decide(world, CreateUser{kAccount, id, personal, {}, {}, {kRoles[step.role]}}, caller);
    case Step::kEmail:
      return Decide(world, UpdateUser{Ref(id), {"email"}, personal}, caller);
    case Step::kEnable:
      return Decide(world, EnableUser{Ref(id)}, caller);
    case Step::kDisable:
      return Decide(world, DisableUser{Ref(id)}, caller);
    case Step::kDelete:
      return Decide(world, DeleteUser{Ref(id)}, caller);
    case Step::kRestore:
      return Decide(world, RestoreUser{Ref(id)}, caller);
    default:
      return Decide(world, ChangeUserRole{Ref(id), kRoles[step.role]}, caller);
  }
}

std::string ReasonAsText(const absl::StatusOr<Events>& outcome) {
  const std::string text = Describe(outcome);
  if (!outcome.ok()) return text.substr(0, text.find(' '));
  return outcome->empty() ? text : "";
}

void CompareWorlds(const Scenario& real, const Model& model) {
  const World& world = real.world();
  size_t rows = 0;
  world.Scan(Table::kUsers, AccountPrefix(kAccount), "", [&](std::string_view, std::string_view) {
    ++rows;
    return true;
  });
  RC_ASSERT(rows == model.users().size());
  for (const auto& [id, user] : model.users()) {
    const auto row = real.user(id);
    RC_ASSERT(real.StatusOf(id) == user.Status());
    RC_ASSERT(row.roles_size() == 1);
    RC_ASSERT(row.roles(0) == user.role);
    RC_ASSERT(row.revision() == user.revision);
    const event::v1::PersonalData personal = PersonalOf(world, kAccount, row).value();
    RC_ASSERT(personal.email() == user.email);
    RC_ASSERT(personal.user_name() == user.user_name);
    // Each email and user name leads to its one user (R3, R81).
    RC_ASSERT(FindUserByEmail(world, kAccount, user.email)->user_id() == id);
    RC_ASSERT(FindUserByUserName(world, kAccount, user.user_name)->user_id() == id);
  }
  size_t search = 0;
  for (const char* prefix : {"acme/e/", "acme/n/"}) {
    world.Scan(Table::kSearch, prefix, "", [&](std::string_view, std::string_view) {
      ++search;
      return true;
    });
  }
  RC_ASSERT(search == 2 * rows);  // no email or user name of nobody
  for (const bool of_access : {false, true}) {
    const std::string name =
        std::string("administrators/") + (of_access ? "access.manage" : "account.manage");
    RC_ASSERT(Counter(world, kAccount, name) ==
              static_cast<uint64_t>(model.Administrators(of_access)));
  }
}

// Decisions and folds do what the model does (R3, R4, R33, R36, R37, R38, R44, R48, R51, R112), and
// folding the same history twice gives the same bytes.
RC_GTEST_PROP(HistoryProperty, AgreesWithTheModel_R3_R36_R48, ()) {
  const auto steps = *Steps();
  Scenario real(kMatrix);
  Scenario replica(kMatrix);  // folds the events alone
  Model model;
  int day = 0;
  for (const Step& step : steps) {
    // A user id is never used twice (R122).
    if (step.kind == Step::kCreate && model.users().count(kUsers[step.user]) != 0) continue;
    day += step.days;
    const absl::Time at = kDay0 + day * kDay;
    if (step.kind == Step::kSignIn) {
      const auto found = model.users().find(kUsers[step.user]);
      if (found == model.users().end() || found->second.state != ModelUser::kStands) continue;
      Step by_service = step;
      by_service.by_user = false;
      model.Do(by_service, day);
      real.SignedIn(kUsers[step.user]);
      replica.SignedIn(kUsers[step.user]);
    } else {
      const Caller caller = step.by_user ? UserCaller(kUsers[0]) : Service("super_admin");
      const auto outcome = DecideStep(real.world(), step, At(caller, at));
      RC_ASSERT(ReasonAsText(outcome) == model.Do(step, day));
      if (outcome.ok() && !outcome->empty()) {
        real.Happened(*outcome, at);
        replica.Happened(*outcome, at);
      }
    }
    CompareWorlds(real, model);
  }
  RC_ASSERT(Dump(real.world()) == Dump(replica.world()));
  RC_ASSERT(real.world().position() == replica.world().position());
}

// Any event about a user, known or not.
Events AnyEvent(const Step& step, const std::string& id) {
  Events events(1);
  event::v1::Event& event = events[0];
  switch (step.kind) {
    case Step::kEmail:
      event.mutable_user_updated()->set_user_id(id);
      *event.mutable_personal() = Person(id + std::to_string(step.email));
      break;
    case Step::kEnable:
      event.mutable_user_enabled()->set_user_id(id);
      break;
    case Step::kDisable:
      event.mutable_user_disabled()->set_user_id(id);
      break;
    case Step::kDelete:
      event.mutable_user_deleted()->set_user_id(id);
      break;
    case Step::kRestore:
      event.mutable_user_restored()->set_user_id(id);
      break;
    case Step::kRole:
      event.mutable_role_changed()->set_user_id(id);
      event.mutable_role_changed()->set_to(step.days == 0 ? "" : kRoles[step.role]);
      break;
    case Step::kSignIn:
      event.mutable_service_token_revoked()->set_service_account_id(id);
      break;
    default:
      break;  // an event that this version does not know
  }
  return events;
}

// The fold refuses nothing and is total: whatever comes applies, to unknown users without a trace,
// and to a known one as one revision more.
RC_GTEST_PROP(FoldProperty, IsTotal_R39, ()) {
  const auto steps = *Steps();
  Scenario given = Scenario(kMatrix).User("u0", "super_admin").User("u1", "viewer");
  std::map<std::string, uint64_t> revisions = {{"u0", 1}, {"u1", 1}};
  for (const Step& step : steps) {
    const std::string id = kUsers[step.user];
    const auto before = Dump(given.world());
    given.Happened(AnyEvent(step, id));
    const bool of_user = step.kind != Step::kCreate && step.kind != Step::kSignIn;
    if (of_user && revisions.count(id) != 0) {
      ++revisions[id];
      RC_ASSERT(given.user(id).revision() == revisions[id]);
      continue;
    }
    auto after = Dump(given.world());  // but the commit itself, which its subjects lead to
    for (const std::string& subject : {id, std::string(kAccount)}) {
      after.erase("subjects/" + SubjectKey(kAccount, subject, given.world().position()));
    }
    RC_ASSERT(after == before);
  }
  for (const auto& [id, revision] : revisions) RC_ASSERT(given.user(id).revision() == revision);
}

// A commit is one step: its position is that of the world, and each subject that it touched leads
// to it.
TEST(FoldTest, SubjectsLeadToTheirCommits) {
  const Scenario given = Scenario(kMatrix).User("ann", "viewer").Disabled("ann").Enabled("ann");
  std::vector<Position> positions;
  given.world().Scan(Table::kSubjects, SubjectPrefix(kAccount, "ann"), "",
                     [&](std::string_view key, std::string_view) {
                       positions.push_back(TrailingPosition(key));
                       return true;
                     });
  const Position now = given.world().position();
  EXPECT_EQ(positions, (std::vector<Position>{now - 2, now - 1, now}));
}

TEST(FoldTest, KnowsEveryEvent) {
  event::v1::Commit commit;
  EXPECT_TRUE(KnowsEveryEvent(commit));
  commit.add_events()->mutable_user_enabled();
  EXPECT_TRUE(KnowsEveryEvent(commit));
  commit.add_events();
  EXPECT_FALSE(KnowsEveryEvent(commit));
}

}  // namespace
}  // namespace roster::domain
