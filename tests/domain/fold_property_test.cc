// Random histories against a small model: commands decided and folded, and events that no decision
// made. rapidcheck shrinks a failing history to a short one.

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "domain/fold.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

constexpr const char* kUsers[] = {"u0", "u1", "u2", "u3", "u4", "u5"};
constexpr const char* kEmails[] = {"a@x.org", "A@X.org", "b@x.org", "c@x.org", "C@x.ORG"};
constexpr const char* kUserNames[] = {"ann", "ANN ", "bob", "", "cat"};
constexpr const char* kRoles[] = {"super_admin", "admin", "viewer"};

// A step of a history; what does not matter to its kind is ignored.
struct Step {
  enum Kind { kCreate, kEmail, kEnable, kDisable, kDelete, kRestore, kRole, kSignIn, kKinds };
  int kind, user, email, user_name, role, days;
  bool by_user;  // u0 asks, rather than a service account
};

std::ostream& operator<<(std::ostream& out, const Step& step) {
  constexpr const char* kNames[] = {"create", "email",   "enable", "disable",
                                    "delete", "restore", "role",   "sign_in"};
  return out << kNames[step.kind] << " u" << step.user << " " << kEmails[step.email] << " '"
             << kUserNames[step.user_name] << "' " << kRoles[step.role] << " +" << step.days
             << (step.by_user ? " by u0" : "");
}

rc::Gen<std::vector<Step>> Steps() {
  return rc::gen::container<std::vector<Step>>(rc::gen::build<Step>(
      rc::gen::set(&Step::kind, rc::gen::inRange<int>(0, Step::kKinds)),
      rc::gen::set(&Step::user, rc::gen::inRange<int>(0, std::size(kUsers))),
      rc::gen::set(&Step::email, rc::gen::inRange<int>(0, std::size(kEmails))),
      rc::gen::set(&Step::user_name, rc::gen::inRange<int>(0, std::size(kUserNames))),
      rc::gen::set(&Step::role, rc::gen::inRange<int>(0, std::size(kRoles))),
      rc::gen::set(&Step::days, rc::gen::element(0, 0, 1, 29, 30)),
      rc::gen::set(&Step::by_user, rc::gen::arbitrary<bool>())));
}

std::string Lower(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  for (char& c : text) c = static_cast<char>(std::tolower(c));
  return text;
}

// What a user is, without rows, keys, counters or positions.
struct ModelUser {
  std::string email, user_name, role;
  enum { kStands, kDisabled, kDeleted } state = kStands;
  bool signed_in = false;
  uint64_t revision = 1;
  int deleted_on = 0;  // day

  std::string Status() const {
    if (state == kDeleted) return "DELETED";
    if (state == kDisabled) return "DISABLED";
    return signed_in ? "ACTIVE" : "PENDING";
  }
};

// ROLE_MATRIX as requirements.md tells it, by looking at every user.
class Model {
 public:
  // The reason of the refusal; "" when the step is done, "nothing" when it changes nothing.
  std::string Do(const Step& step, int day);

  const std::map<std::string, ModelUser>& users() const { return users_; }

  // Users who may do what super_admin (account.manage), or also admin (access.manage), may.
  int Administrators(bool of_access) const {
    return static_cast<int>(std::count_if(users_.begin(), users_.end(), [&](const auto& user) {
      return user.second.state == ModelUser::kStands && Carries(user.second.role, of_access);
    }));
  }

 private:
  static bool Carries(const std::string& role, bool of_access) {
    return role == "super_admin" || (of_access && role == "admin");
  }

  bool May(const Step& step) const {
    if (!step.by_user) return true;  // the service account is a super_admin
    const auto caller = users_.find(kUsers[0]);
    return caller != users_.end() && caller->second.state == ModelUser::kStands &&
           caller->second.role != "viewer";
  }

  bool MayGive(const Step& step, const std::string& role) const {
    return !step.by_user || role != "super_admin" || users_.at(kUsers[0]).role == "super_admin";
  }

  std::string OwnerOf(const std::string& email, const std::string& user_name,
                      const std::string& except) const {
    for (const bool by_email : {true, false}) {
      for (const auto& [id, user] : users_) {
        if (id == except) continue;
        const bool same = by_email ? Lower(user.email) == Lower(email)
                                   : Lower(user.user_name) == Lower(user_name);
        if (!same) continue;
        if (user.state == ModelUser::kDeleted) return "BELONGS_TO_DELETED_USER";
        return by_email ? "EMAIL_TAKEN" : "USERNAME_TAKEN";
      }
    }
    return "";
  }

  // R48, by a recount with the user gone or in another role.
  bool IsLast(const ModelUser& user, const std::string& role_after) const {
    if (user.state != ModelUser::kStands) return false;
    for (const bool of_access : {false, true}) {
      if (Carries(user.role, of_access) && !Carries(role_after, of_access) &&
          Administrators(of_access) == 1) {
        return true;
      }
    }
    return false;
  }

  std::string Create(const Step& step, const std::string& id);
  std::string Change(const Step& step, ModelUser& user, bool self, int day);
  std::string ChangeEmail(const Step& step, ModelUser& user);
  std::string ChangeRole(const Step& step, ModelUser& user, bool self);
  std::string Remove(const Step& step, ModelUser& user, bool self, int day);

  std::map<std::string, ModelUser> users_;
};

std::string Model::Do(const Step& step, int day) {
  const std::string id = kUsers[step.user];
  if (!May(step)) return "PERMISSION_REQUIRED";
  if (step.kind == Step::kCreate) return Create(step, id);
  const auto found = users_.find(id);
  if (found == users_.end()) return "USER_NOT_FOUND";
  const std::string outcome = Change(step, found->second, step.by_user && step.user == 0, day);
  if (outcome.empty()) ++found->second.revision;
  return outcome;
}

std::string Model::Create(const Step& step, const std::string& id) {
  ModelUser user;
  user.email = kEmails[step.email];
  user.user_name = kUserNames[step.user_name];
  if (user.user_name.empty()) user.user_name = user.email;
  user.role = kRoles[step.role];
  if (!MayGive(step, user.role)) return "ESCALATION";
  const std::string taken = OwnerOf(user.email, user.user_name, "");
  if (taken.empty()) users_[id] = user;
  return taken;
}

std::string Model::ChangeEmail(const Step& step, ModelUser& user) {
  if (user.state == ModelUser::kDeleted) return "USER_DELETED";
  if (user.state == ModelUser::kDisabled) return "USER_DISABLED";
  const std::string email = kEmails[step.email];
  if (email == user.email) return "nothing";
  if (!MayGive(step, user.role)) return "ESCALATION";
  for (const auto& [id, other] : users_) {
    if (&other == &user || Lower(other.email) != Lower(email)) continue;
    return other.state == ModelUser::kDeleted ? "BELONGS_TO_DELETED_USER" : "EMAIL_TAKEN";
  }
  user.email = email;
  return "";
}

std::string Model::ChangeRole(const Step& step, ModelUser& user, bool self) {
  const std::string role = kRoles[step.role];
  if (self) return "SELF_FORBIDDEN";
  if (user.state == ModelUser::kDeleted) return "USER_DELETED";
  if (user.state == ModelUser::kDisabled) return "USER_DISABLED";
  if (user.role == role) return "nothing";
  if (!MayGive(step, role)) return "ESCALATION";
  if (IsLast(user, role)) return "LAST_ADMINISTRATOR";
  user.role = role;
  return "";
}

std::string Model::Remove(const Step& step, ModelUser& user, bool self, int day) {
  if (self) return "SELF_FORBIDDEN";
  if (user.state == ModelUser::kDeleted) return "USER_DELETED";
  if (step.kind == Step::kDisable && user.state == ModelUser::kDisabled) return "nothing";
  if (IsLast(user, "")) return "LAST_ADMINISTRATOR";
  user.state = step.kind == Step::kDelete ? ModelUser::kDeleted : ModelUser::kDisabled;
  user.deleted_on = day;
  return "";
}

std::string Model::Change(const Step& step, ModelUser& user, bool self, int day) {
  switch (step.kind) {
    case Step::kEmail:
      return ChangeEmail(step, user);
    case Step::kRole:
      return ChangeRole(step, user, self);
    case Step::kDisable:
    case Step::kDelete:
      return Remove(step, user, self, day);
    case Step::kEnable:
      if (user.state == ModelUser::kDeleted) return "USER_DELETED";
      if (user.state == ModelUser::kStands) return "nothing";
      user.state = ModelUser::kStands;
      return "";
    case Step::kRestore:
      if (user.state != ModelUser::kDeleted) return "USER_NOT_DELETED";
      if (day >= user.deleted_on + 30) return "RESTORE_WINDOW_EXPIRED";
      if (!MayGive(step, user.role)) return "ESCALATION";
      user.state = ModelUser::kStands;
      return "";
    default:
      user.signed_in = true;
      return "nothing";
  }
}

absl::StatusOr<Events> DecideStep(const World& world, const Step& step, const Cause& cause) {
  const std::string id = kUsers[step.user];
  event::v1::PersonalData personal;
  personal.set_full_name("Name");
  personal.set_email(kEmails[step.email]);
  personal.set_user_name(kUserNames[step.user_name]);
  switch (step.kind) {
    case Step::kCreate:
      return Decide(world, CreateUser{kAccount, id, personal, {}, {}, {kRoles[step.role]}}, cause);
    case Step::kEmail:
      return Decide(world, UpdateUser{Ref(id), {"email"}, personal}, cause);
    case Step::kEnable:
      return Decide(world, EnableUser{Ref(id)}, cause);
    case Step::kDisable:
      return Decide(world, DisableUser{Ref(id)}, cause);
    case Step::kDelete:
      return Decide(world, DeleteUser{Ref(id)}, cause);
    case Step::kRestore:
      return Decide(world, RestoreUser{Ref(id)}, cause);
    default:
      return Decide(world, ChangeUserRole{Ref(id), kRoles[step.role]}, cause);
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
  world.Scan(Table::kUsers, Prefix(kAccount), "", [&](std::string_view, std::string_view) {
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
    RC_ASSERT(FindUserByName(world, kAccount, user.user_name)->user_id() == id);
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
      const auto outcome = DecideStep(real.world(), step, CauseOf(caller, at));
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
    auto after = Dump(given.world());  // the commit itself is found by its account alone
    after.erase("subjects/" + SubjectKey(kAccount, kAccount, given.world().position()));
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
