// Given, when, then: a world made of events, a command decided in it, and the outcome as text.
//
// An outcome reads as the events, `user_restored { user_id: 'ann' }`, separated by "; "; as
// "nothing" where a command changes nothing; or as the refusal with its metadata and fields:
// `EMAIL_TAKEN {user_id: ann}`, `INVALID_FIELDS [email: INVALID_EMAIL, full_name: MISSING_FIELD]`.

#ifndef ROSTER_TESTS_DOMAIN_SCENARIO_H_
#define ROSTER_TESTS_DOMAIN_SCENARIO_H_

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/account/account.h"
#include "domain/base/command.h"
#include "domain/rows/account_rows.h"
#include "domain/service_account/service_account.h"
#include "domain/user/user.h"
#include "domain/world/memory_world.h"
#include "tests/support/purged.h"

namespace roster::domain {

inline constexpr char kAccount[] = "acme";
inline constexpr char kOtherAccount[] = "other";  // ROLE_MATRIX, with the user "eve"
inline constexpr absl::Time kDay0 = absl::FromUnixSeconds(1'700'000'000);
inline constexpr absl::Duration kDay = absl::Hours(24);
inline constexpr char kRestorableUntil[] = "2023-12-14T22:13:20+00:00";  // kDay0 + 30 days

inline constexpr auto kPortal = event::v1::PRESET_CLIENT_PORTAL;
inline constexpr auto kMatrix = event::v1::PRESET_ROLE_MATRIX;
inline constexpr auto kTeams = event::v1::PRESET_PROJECT_TEAMS;
inline constexpr auto kWorkforce = event::v1::PRESET_WORKFORCE;
inline constexpr auto kApplications = event::v1::PRESET_APPLICATIONS;

// The personal data of the test user with this id: "Full ann", ann@example.com, ann.
event::v1::PersonalData Person(const std::string& id);

// A new user as the events have it; the roles may be several.
struct Newcomer {
  std::string id;
  std::vector<std::string> roles;
  event::v1::UserType type = event::v1::USER_TYPE_UNSPECIFIED;
  bool approved = true;
  event::v1::AuthMethod auth_method = event::v1::AUTH_METHOD_PASSWORD;
};

// Callers, at kDay0.
Caller CallerOf(event::v1::Actor::Kind kind, const std::string& id, const std::string& account_id);
Caller Service(const std::string& id);  // a service account; each role has one of the same name
Caller UserCaller(const std::string& id);
Caller Operator();
Caller Stranger();  // holds super_admin, in the other account
Caller At(Caller caller, absl::Time at);

// The history of the account kAccount, with a service account for each of its roles and no user,
// beside kOtherAccount. Every call appends one commit and folds it.
class Scenario {
 public:
  explicit Scenario(event::v1::Preset preset);

  Scenario& Happened(Events events, absl::Time at = kDay0,
                     const std::string& account_id = kAccount);
  Scenario& Policy(const std::function<void(event::v1::AccountPolicy&)>& change);
  Scenario& Joined(const Newcomer& user,
                   const std::optional<event::v1::PersonalData>& personal = {});
  Scenario& User(const std::string& id, const std::string& role = "");
  Scenario& Disabled(const std::string& id,
                     event::v1::StatusReason reason = event::v1::STATUS_REASON_MANUAL);
  Scenario& Enabled(const std::string& id);
  Scenario& Deleted(const std::string& id, absl::Time at = kDay0);  // for 30 days
  Scenario& Restored(const std::string& id);
  Scenario& RoleChanged(const std::string& id, const std::string& to);

  // No event makes a user active yet: the row is changed in place.
  Scenario& SignedIn(const std::string& id);
  Scenario& Edit(const std::string& id, const std::function<void(view::v1::UserRow&)>& change);

  const MemoryWorld& world() const { return world_; }
  view::v1::AccountRow account() const { return *FindAccount(world_, kAccount); }
  // The user's row; the test fails when there is none.
  view::v1::UserRow user(const std::string& id) const;
  // The user's status without its prefix, e.g. "PENDING".
  std::string StatusOf(const std::string& id) const;

 private:
  MemoryWorld world_;
};

// A command of any kind, to be decided.
class Command {
 public:
  template <typename Kind>
  Command(Kind command)  // NOLINT: implicit, so that a row of a table names the command alone
      : decide_([command = std::move(command)](const World& world, const Caller& caller) {
          return Decide(world, command, caller);
        }) {}

  absl::StatusOr<Events> operator()(const World& world, const Caller& caller) const {
    return decide_(world, caller);
  }

 private:
  std::function<absl::StatusOr<Events>(const World&, const Caller&)> decide_;
};

// A row of a decision table.
struct DecisionCase {
  std::string name;
  Scenario given;
  Caller caller;
  Command when;
  std::string then;
  absl::Time at = kDay0;
};
void PrintTo(const DecisionCase& row, std::ostream* out);

// For INSTANTIATE_TEST_SUITE_P: the name of the row.
std::string CaseName(const testing::TestParamInfo<DecisionCase>& info);

// Decides and compares. What is decided must fold, and a decision must not depend on anything but
// its arguments.
void Verify(const DecisionCase& row);

// The outcome as text.
std::string Describe(const absl::Status& refusal);
std::string Describe(const absl::StatusOr<Events>& outcome);
std::string Describe(const event::v1::Event& event);

// A message on one line, with single quotes.
std::string Text(const google::protobuf::Message& message);

// The user of kAccount.
inline UserReference Ref(const std::string& id, uint64_t expected_revision = 0) {
  return {kAccount, id, expected_revision};
}

}  // namespace roster::domain

#endif  // ROSTER_TESTS_DOMAIN_SCENARIO_H_
