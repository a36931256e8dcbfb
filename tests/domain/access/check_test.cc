// Check, and what a caller holds (R41, R42, R52, R60, R87, R100, R108, R109, R114).

#include "domain/access/check.h"

#include <algorithm>

#include "domain/access/authority.h"
#include "domain/rows/service_account_rows.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

constexpr CheckReason kEveryReason[] = {CheckReason::kRole,
                                        CheckReason::kUserType,
                                        CheckReason::kUserNotFound,
                                        CheckReason::kUserDeleted,
                                        CheckReason::kUserDisabled,
                                        CheckReason::kUserBlocked,
                                        CheckReason::kApprovalPending,
                                        CheckReason::kNoRole,
                                        CheckReason::kNoGrant};

std::string Name(CheckReason reason) {
  switch (reason) {
    case CheckReason::kRole:
      return "ROLE";
    case CheckReason::kUserType:
      return "USER_TYPE";
    case CheckReason::kUserNotFound:
      return "USER_NOT_FOUND";
    case CheckReason::kUserDeleted:
      return "USER_DELETED";
    case CheckReason::kUserDisabled:
      return "USER_DISABLED";
    case CheckReason::kUserBlocked:
      return "USER_BLOCKED";
    case CheckReason::kApprovalPending:
      return "APPROVAL_PENDING";
    case CheckReason::kNoRole:
      return "NO_ROLE";
    case CheckReason::kNoGrant:
      return "NO_GRANT";
  }
  return "";
}

// "ALLOW ROLE viewer @3": the position counts from the last commit before the first user.
std::string AsText(const CheckResult& result, Position base) {
  std::string text = (result.allowed ? "ALLOW " : "DENY ") + Name(result.reason);
  if (!result.role.empty()) text += " " + result.role;
  if (result.deciding_position == 0) return text;
  return text + " @" + std::to_string(result.deciding_position - base);
}

struct CheckCase {
  std::string name;
  event::v1::Preset preset;
  std::function<void(Scenario&)> given;  // positions count its commits, from 1
  Permission permission;
  std::string then;
};
void PrintTo(const CheckCase& row, std::ostream* out) { *out << row.name; }

class CheckTest : public testing::TestWithParam<CheckCase> {};

TEST_P(CheckTest, Decides) {
  const CheckCase& row = GetParam();
  Scenario given(row.preset);
  const Position base = given.world().position();
  row.given(given);
  EXPECT_EQ(AsText(Check(given.world(), given.account(), "ann", row.permission), base), row.then);
}

Newcomer Ann(std::vector<std::string> roles, bool approved = true) {
  return {"ann", std::move(roles), event::v1::USER_TYPE_UNSPECIFIED, approved};
}

Newcomer Typed(event::v1::UserType type) { return {"ann", {}, type}; }

// What a user's roles and type give, and what they do not.
std::vector<CheckCase> Grants() {
  constexpr auto kView = Permission::kUsersView;
  return {
      {"ByRole", kMatrix, [](Scenario& s) { s.User("ann", "viewer"); }, kView,
       "ALLOW ROLE viewer @1"},
      {"ByTheChangedRole_R51", kMatrix,
       [](Scenario& s) { s.User("ann", "viewer").RoleChanged("ann", "admin"); }, kView,
       "ALLOW ROLE admin @2"},
      {"ByTheFirstRoleThatHasIt", kApplications,
       [](Scenario& s) {
         s.Joined(Ann({"auditor", "user_manager", "account_owner"}));
       },
       Permission::kAccessManage, "ALLOW ROLE user_manager @1"},
      {"ByUserType_R54", kTeams, [](Scenario& s) { s.Joined(Typed(event::v1::USER_TYPE_ADMIN)); },
       Permission::kProjectsDuplicate, "ALLOW USER_TYPE user_type_admin @1"},
      {"StandardTypeHasNone_R54", kTeams,
       [](Scenario& s) { s.Joined(Typed(event::v1::USER_TYPE_STANDARD)); }, kView,
       "DENY NO_GRANT @1"},
      {"NoRoleNeeded_R5", kPortal, [](Scenario& s) { s.Joined(Ann({})); }, kView,
       "DENY NO_GRANT @1"},
      {"NoGrant", kMatrix, [](Scenario& s) { s.User("ann", "viewer"); }, Permission::kUsersCreate,
       "DENY NO_GRANT @1"},
      {"NoGrantSinceTheChange", kMatrix,
       [](Scenario& s) { s.User("ann", "admin").RoleChanged("ann", "viewer"); },
       Permission::kUsersCreate, "DENY NO_GRANT @2"},
      // R114: an account role does not reach into applications.
      {"NotIntoApplications_R114", kApplications,
       [](Scenario& s) { s.Joined(Ann({"super_admin"})); }, Permission::kContentEdit,
       "DENY NO_GRANT @1"},
  };
}
INSTANTIATE_TEST_SUITE_P(Grants, CheckTest, testing::ValuesIn(Grants()),
                         [](const auto& info) { return info.param.name; });

// What keeps a user from everything, each reason by itself.
std::vector<CheckCase> Standing() {
  constexpr auto kView = Permission::kUsersView;
  const auto inactivity = event::v1::STATUS_REASON_INACTIVITY;
  return {
      {"Unknown", kMatrix, [](Scenario& s) { s.User("bob", "viewer"); }, kView,
       "DENY USER_NOT_FOUND"},
      {"OfAnotherAccount", kMatrix, [](Scenario&) {}, kView, "DENY USER_NOT_FOUND"},
      {"Erased_R121", kMatrix,
       [](Scenario& s) {
         s.User("ann", "viewer").Edit("ann", [](view::v1::UserRow& row) {
           row.set_status(event::v1::USER_STATUS_ERASED);
         });
       },
       kView, "DENY USER_NOT_FOUND"},
      {"Deleted", kMatrix, [](Scenario& s) { s.User("ann", "viewer").Deleted("ann"); }, kView,
       "DENY USER_DELETED @2"},
      {"Restored_R35", kMatrix,
       [](Scenario& s) { s.User("ann", "viewer").Deleted("ann").Restored("ann"); }, kView,
       "ALLOW ROLE viewer @1"},
      {"Disabled_R60_R100", kMatrix,
       [](Scenario& s) { s.User("ann", "super_admin").Disabled("ann"); }, kView,
       "DENY USER_DISABLED @2"},
      {"EnabledAgain_R60", kMatrix,
       [](Scenario& s) { s.User("ann", "viewer").Disabled("ann").Enabled("ann"); }, kView,
       "ALLOW ROLE viewer @1"},
      {"Blocked_R9", kMatrix,
       [=](Scenario& s) { s.User("ann", "viewer").Disabled("ann", inactivity); }, kView,
       "DENY USER_BLOCKED @2"},
      {"NotApproved_R108", kApplications,
       [](Scenario& s) { s.Joined(Ann({"user_manager"}, false)); }, kView,
       "DENY APPROVAL_PENDING @1"},
      {"NotRequired_R109", kMatrix, [](Scenario& s) { s.Joined(Ann({"viewer"}, false)); }, kView,
       "ALLOW ROLE viewer @1"},
      {"NoRole_R87", kWorkforce, [](Scenario& s) { s.Joined(Ann({})); }, Permission::kTasksView,
       "DENY NO_ROLE @1"},
      {"WithRole_R87", kWorkforce, [](Scenario& s) { s.Joined(Ann({"lifecycle_user"})); },
       Permission::kTasksView, "ALLOW ROLE lifecycle_user @1"},
  };
}
INSTANTIATE_TEST_SUITE_P(Standing, CheckTest, testing::ValuesIn(Standing()),
                         [](const auto& info) { return info.param.name; });

// The order of the steps: each history has two or more reasons to deny.
std::vector<CheckCase> Order() {
  constexpr auto kView = Permission::kUsersView;
  const auto require_both = [](Scenario& s) {
    s.Policy([](event::v1::AccountPolicy& policy) {
      policy.set_approval_required(true);
      policy.set_role_required(true);
    });
  };
  return {
      {"DeletedBeforeDisabled", kMatrix,
       [](Scenario& s) { s.User("ann", "viewer").Disabled("ann").Deleted("ann"); }, kView,
       "DENY USER_DELETED @3"},
      {"DisabledBeforeApproval_R108", kApplications,
       [](Scenario& s) { s.Joined(Ann({}, false)).Disabled("ann"); }, kView,
       "DENY USER_DISABLED @2"},
      {"ApprovalBeforeRole_R108", kMatrix,
       [=](Scenario& s) {
         require_both(s);
         s.Joined(Ann({}, false));
       },
       kView, "DENY APPROVAL_PENDING @2"},
      {"ApprovalIsOfTheCreation_R108", kMatrix,
       [=](Scenario& s) {
         require_both(s);
         s.Joined(Ann({"viewer"}, false)).RoleChanged("ann", "admin");
       },
       kView, "DENY APPROVAL_PENDING @2"},
      {"RoleBeforeGrant_R87", kMatrix,
       [=](Scenario& s) {
         require_both(s);
         s.Joined(Ann({}));
       },
       kView, "DENY NO_ROLE @2"},
      // Switched on later, the gate holds by the approval that was noted at creation (R109).
      {"NotRetroactive_R109", kMatrix,
       [=](Scenario& s) {
         s.Joined(Ann({"viewer"}));
         require_both(s);
       },
       kView, "ALLOW ROLE viewer @1"},
      {"SwitchedOff_R109", kApplications,
       [](Scenario& s) {
         s.Joined(Ann({"user_manager"}, false));
         s.Policy([](event::v1::AccountPolicy& policy) { policy.set_approval_required(false); });
       },
       kView, "ALLOW ROLE user_manager @1"},
  };
}
INSTANTIATE_TEST_SUITE_P(Order, CheckTest, testing::ValuesIn(Order()),
                         [](const auto& info) { return info.param.name; });

TEST(CheckReasonTest, EveryReasonStandsInATable) {
  std::vector<CheckCase> rows = Grants();
  for (CheckCase& row : Standing()) rows.push_back(std::move(row));
  for (const CheckReason reason : kEveryReason) {
    const auto has = [&](const CheckCase& row) {
      return (row.then + " ").find(" " + Name(reason) + " ") != std::string::npos;
    };
    EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), has)) << Name(reason);
  }
}

std::string PermissionsOf(const Scenario& given, const Caller& caller) {
  std::string text;
  const EffectivePermissions held = EffectivePermissionsOf(given.world(), caller, kAccount);
  for (const Role* role : held.roles) text += role->id + ": ";
  held.permissions.ForEach(
      [&](Permission permission) { text += std::string(PermissionName(permission)) + " "; });
  return text;
}

// R52: what may I do?
TEST(EffectivePermissionsTest, OfCallers_R41_R42_R52) {
  const Scenario given = Scenario(kMatrix)
                             .User("ann", "viewer")
                             .User("off", "super_admin")
                             .Disabled("off")
                             .User("gone", "super_admin")
                             .Deleted("gone");
  const std::string viewer = "viewer: users.view roles.view content.view ";
  EXPECT_EQ(PermissionsOf(given, UserCaller("ann")), viewer);
  EXPECT_EQ(PermissionsOf(given, Service("viewer")), viewer);
  EXPECT_EQ(PermissionsOf(given, UserCaller("off")), "");   // R60
  EXPECT_EQ(PermissionsOf(given, UserCaller("gone")), "");  // R60
  EXPECT_EQ(PermissionsOf(given, UserCaller("nobody")), "");
  EXPECT_EQ(PermissionsOf(given, Stranger()), "");
  EXPECT_EQ(PermissionsOf(given, Operator()), "");
  EXPECT_EQ(PermissionsOf(given, CallerOf(event::v1::Actor::KIND_SYSTEM, "viewer", kAccount)), "");
}

TEST(EffectivePermissionsTest, OfWhoAwaitsApproval_R52_R108) {
  const Scenario given = Scenario(kApplications)
                             .Joined(Ann({"user_manager"}, false))
                             .Joined({"bob", {"account_owner", "auditor"}});
  EXPECT_EQ(PermissionsOf(given, UserCaller("ann")), "");
  EXPECT_EQ(PermissionsOf(given, UserCaller("bob")),
            "account_owner: auditor: account.view account.manage users.view users.export "
            "groups.view projects.view roles.view access.view billing.manage "
            "subscriptions.manage audit.read ");
}

TEST(EffectivePermissionsTest, OfADisabledService_R52) {
  Scenario given(kMatrix);
  Events events(1);
  events[0].mutable_service_account_disabled()->set_service_account_id("viewer");
  given.Happened(events);
  EXPECT_EQ(PermissionsOf(given, Service("viewer")), "");
}

// A role as an account may define it one day, with these permissions.
Role Custom(const std::vector<Permission>& permissions) {
  Role role;
  role.id = "custom";
  for (const Permission permission : permissions) {
    role.permissions.Add(permission);
  }
  return role;
}

// R44: what is guarded are the permissions of the account, not those of features and applications.
TEST(AuthorizeAssignmentTest, CustomRoles_R44) {
  const Scenario given(kApplications);
  const auto assign = [&](const Caller& caller, const std::vector<Permission>& permissions) {
    return Describe(AuthorizeAssignment(given.world(), caller, kAccount, Custom(permissions)));
  };
  const Caller manager = Service("user_manager");
  EXPECT_EQ(assign(manager, {}), "OK");
  EXPECT_EQ(assign(manager, {Permission::kUsersErase, Permission::kAccessCheck}), "OK");
  EXPECT_EQ(assign(manager, {Permission::kTasksView, Permission::kContentEdit}), "OK");
  EXPECT_EQ(assign(manager, {Permission::kUsersView, Permission::kAuditRead}),
            "ESCALATION {role: custom}");
  EXPECT_EQ(assign(Service("super_admin"), {Permission::kAuditRead}), "OK");
  EXPECT_EQ(assign(Stranger(), {Permission::kUsersView}), "ESCALATION {role: custom}");
  EXPECT_EQ(assign(Operator(), {Permission::kAuditRead}), "OK");
}

// R44: of a service account too, which no built-in role with services.manage lacks.
TEST(AuthorizeActingOnTest, AL_AServiceAccountThatHoldsMore) {
  const Scenario given(kMatrix);
  const auto act = [&](const Caller& caller, const std::string& id) {
    return Describe(AuthorizeActingOn(given.world(), caller, given.account(),
                                      *FindServiceAccount(given.world(), kAccount, id)));
  };
  EXPECT_EQ(act(Service("admin"), "super_admin"), "ESCALATION {role: super_admin}");
  EXPECT_EQ(act(Service("admin"), "viewer"), "OK");
  EXPECT_EQ(act(Service("super_admin"), "super_admin"), "OK");
  EXPECT_EQ(act(Operator(), "super_admin"), "OK");
  EXPECT_EQ(act(Stranger(), "viewer"), "ESCALATION {role: viewer}");
}

}  // namespace
}  // namespace roster::domain
