// Enabling, disabling, deleting, restoring (R32-R37, R48, R60, R63, R101, R112).

#include "domain/rows/codec.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

constexpr char kDeletedAnn[] =
    "user_deleted { user_id: 'ann' restorable_until { seconds: 1702592000 } }";
constexpr char kDisabledAnn[] = "user_disabled { user_id: 'ann' reason: STATUS_REASON_MANUAL }";
constexpr char kEnabledAnn[] = "user_enabled { user_id: 'ann' }";
constexpr char kRestoredAnn[] = "user_restored { user_id: 'ann' }";

EnableUser Enable(UserReference user) { return {std::move(user)}; }
DisableUser Disable(UserReference user) { return {std::move(user)}; }
DeleteUser Delete(UserReference user) { return {std::move(user)}; }
RestoreUser Restore(UserReference user) { return {std::move(user)}; }
ChangeUserRole ChangeRole(const std::string& id, const std::string& role) {
  return {Ref(id), role};
}

void WindowOfAWeek(event::v1::AccountPolicy& policy) {
  policy.mutable_restore_window()->set_seconds(7 * 24 * 60 * 60);
}

class UserStatusTest : public testing::TestWithParam<DecisionCase> {};
TEST_P(UserStatusTest, Decides) { Verify(GetParam()); }

// What all four begin with: permission, then the user, then the revision.
std::vector<DecisionCase> Beginnings() {
  const Scenario ann = Scenario(kMatrix).User("ann", "viewer");
  const Scenario gone = Scenario(ann).Deleted("ann");
  const Caller admin = Service("admin");
  const std::string no_status = "PERMISSION_REQUIRED {permission: users.set_status}";
  const std::string no_delete = "PERMISSION_REQUIRED {permission: users.delete}";
  const std::string no_restore = "PERMISSION_REQUIRED {permission: users.restore}";
  const std::string mismatch = "REVISION_MISMATCH {revision: 1}";
  return {
      {"ViewerEnables_R37", ann, Service("viewer"), Enable(Ref("ann")), no_status},
      {"ViewerDisables_R37", ann, Service("viewer"), Disable(Ref("ann")), no_status},
      {"ViewerDeletes_R48", ann, Service("viewer"), Delete(Ref("ann")), no_delete},
      {"ViewerRestores_R33", gone, Service("viewer"), Restore(Ref("ann")), no_restore},
      {"OperatorDeletes_R53", ann, Operator(), Delete(Ref("ann")), no_delete},
      {"StrangerEnables_R53", ann, Stranger(), Enable(Ref("ann")), no_status},
      {"StrangerDisables_R53", ann, Stranger(), Disable(Ref("ann")), no_status},
      {"StrangerDeletes_R53", ann, Stranger(), Delete(Ref("ann")), no_delete},
      {"StrangerRestores_R53", gone, Stranger(), Restore(Ref("ann")), no_restore},
      {"PermissionBeforeExistence", ann, Service("viewer"), Delete(Ref("nobody")), no_delete},
      {"UnknownEnabled", ann, admin, Enable(Ref("nobody")), "USER_NOT_FOUND"},
      {"UnknownDisabled", ann, admin, Disable(Ref("nobody")), "USER_NOT_FOUND"},
      {"UnknownDeleted", ann, admin, Delete(Ref("nobody")), "USER_NOT_FOUND"},
      {"UnknownRestored", ann, admin, Restore(Ref("nobody")), "USER_NOT_FOUND"},
      {"UserOfAnotherAccount", ann, admin, Delete(Ref("eve")), "USER_NOT_FOUND"},
      {"Erased_R121",
       Scenario(ann).Edit(
           "ann", [](view::v1::UserRow& row) { row.set_status(event::v1::USER_STATUS_ERASED); }),
       admin, Restore(Ref("ann")), "USER_NOT_FOUND"},
      {"EnableOtherRevision", ann, admin, Enable(Ref("ann", 2)), mismatch},
      {"DisableOtherRevision", ann, admin, Disable(Ref("ann", 2)), mismatch},
      {"DeleteOtherRevision_R32", ann, admin, Delete(Ref("ann", 7)), mismatch},
      {"DeleteThisRevision_R32", ann, admin, Delete(Ref("ann", 1)), kDeletedAnn},
      {"RestoreOtherRevision", gone, admin, Restore(Ref("ann", 1)),
       "REVISION_MISMATCH {revision: 2}"},
      {"RestoreThisRevision", gone, admin, Restore(Ref("ann", 2)), kRestoredAnn},
  };
}
INSTANTIATE_TEST_SUITE_P(Beginnings, UserStatusTest, testing::ValuesIn(Beginnings()), CaseName);

// R37, R60, R101: enabling and disabling.
std::vector<DecisionCase> Switching() {
  const Scenario pending = Scenario(kMatrix).User("ann", "viewer");
  const Scenario active = Scenario(pending).SignedIn("ann");
  const Scenario disabled = Scenario(pending).Disabled("ann");
  const Scenario deleted = Scenario(pending).Deleted("ann");
  const Caller admin = Service("admin");
  return {
      {"DisablePending_R37", pending, admin, Disable(Ref("ann")), kDisabledAnn},
      {"DisableActive_R37", active, admin, Disable(Ref("ann")), kDisabledAnn},
      {"DisableDisabled_R37", disabled, admin, Disable(Ref("ann")), "nothing"},
      {"DisableDeleted_R32", deleted, admin, Disable(Ref("ann")), "USER_DELETED"},
      {"EnableDisabled_R37", disabled, admin, Enable(Ref("ann")), kEnabledAnn},
      {"EnableBlocked_R37", Scenario(pending).Disabled("ann", event::v1::STATUS_REASON_INACTIVITY),
       admin, Enable(Ref("ann")), kEnabledAnn},
      {"EnableActive_R101", active, admin, Enable(Ref("ann")), "nothing"},
      {"EnablePending_R101", pending, admin, Enable(Ref("ann")), "nothing"},
      {"EnableDeleted_R32", deleted, admin, Enable(Ref("ann")), "USER_DELETED"},
      // R38 keeps nobody from enabling or deleting a disabled user.
      {"DeleteDisabled_R38", disabled, admin, Delete(Ref("ann")), kDeletedAnn},
  };
}
INSTANTIATE_TEST_SUITE_P(Switching, UserStatusTest, testing::ValuesIn(Switching()), CaseName);

// R32, R63: who may be deleted, by policy.
std::vector<DecisionCase> Deletion() {
  const Scenario ann = Scenario(kMatrix).User("ann", "viewer");
  const Scenario teams =
      Scenario(kTeams)
          .Joined({"root", {}, event::v1::USER_TYPE_ADMIN})
          .Joined({"ann", {}, event::v1::USER_TYPE_STANDARD})
          .Joined({"sso", {}, event::v1::USER_TYPE_STANDARD, true, event::v1::AUTH_METHOD_SSO});
  const Caller admin = Service("admin");
  const Caller root = UserCaller("root");
  const Caller manager = Service("user_manager");
  return {
      {"Any_R32", ann, admin, Delete(Ref("ann")), kDeletedAnn},
      {"AnyActive_R32", Scenario(ann).SignedIn("ann"), admin, Delete(Ref("ann")), kDeletedAnn},
      {"Twice_R32", Scenario(ann).Deleted("ann"), admin, Delete(Ref("ann")), "USER_DELETED"},
      {"PendingOnly_R63", teams, root, Delete(Ref("ann")), kDeletedAnn},
      {"PendingOnlyActive_R63", Scenario(teams).SignedIn("ann"), root, Delete(Ref("ann")),
       "USER_NOT_PENDING"},
      {"PendingOnlyDisabled_R63", Scenario(teams).Disabled("ann"), root, Delete(Ref("ann")),
       "USER_NOT_PENDING"},
      {"PendingOnlySso_R63", teams, root, Delete(Ref("sso")), "SSO_USER"},
      {"PendingOnlyTwice_R63", Scenario(teams).Deleted("ann"), root, Delete(Ref("ann")),
       "USER_DELETED"},
      {"Nobody", Scenario(kWorkforce).User("ann"), Service("lifecycle_admin"), Delete(Ref("ann")),
       "DELETION_DISABLED"},
      {"Permanent_R121", Scenario(kApplications).User("ann"), manager, Delete(Ref("ann")),
       "user_deleted { user_id: 'ann' restorable_until { seconds: 1700000000 } }; "
       "user_erased { user_id: 'ann' key_id: 1 }"},
      {"WindowByPolicy_R33", Scenario(ann).Policy(WindowOfAWeek), admin, Delete(Ref("ann")),
       "user_deleted { user_id: 'ann' restorable_until { seconds: 1700604800 } }"},
      {"WindowFromNow_R33", ann, admin, Delete(Ref("ann")),
       "user_deleted { user_id: 'ann' restorable_until { seconds: 1702592000 nanos: 5000000 } }",
       kDay0 + absl::Milliseconds(5)},
  };
}
INSTANTIATE_TEST_SUITE_P(Deletion, UserStatusTest, testing::ValuesIn(Deletion()), CaseName);

// R33, R44: until when, and by which actors, a deleted user is restored.
std::vector<DecisionCase> Restoring() {
  const Scenario deleted = Scenario(kMatrix).User("ann", "viewer").Deleted("ann");
  const Scenario boss = Scenario(kMatrix).User("ann", "super_admin").Deleted("ann");
  const Scenario two =
      Scenario(kApplications).Joined({"ann", {"auditor", "user_manager"}}).Deleted("ann");
  const Caller admin = Service("admin");
  const absl::Time end = kDay0 + 30 * kDay;
  return {
      {"SameDay_R33", deleted, admin, Restore(Ref("ann")), kRestoredAnn},
      {"Day29_R33", deleted, admin, Restore(Ref("ann")), kRestoredAnn, kDay0 + 29 * kDay},
      {"LastNanosecond_R33", deleted, admin, Restore(Ref("ann")), kRestoredAnn,
       end - absl::Nanoseconds(1)},
      {"AtTheEnd_R33", deleted, admin, Restore(Ref("ann")), "RESTORE_WINDOW_EXPIRED", end},
      {"Later_R33", deleted, admin, Restore(Ref("ann")), "RESTORE_WINDOW_EXPIRED", end + kDay},
      // A policy change moves no deadline, in neither direction.
      {"ShorterPolicyLater_R33", Scenario(deleted).Policy(WindowOfAWeek), admin,
       Restore(Ref("ann")), kRestoredAnn, kDay0 + 29 * kDay},
      {"LongerPolicyLater_R33", Scenario(deleted).Policy([](event::v1::AccountPolicy& policy) {
         policy.mutable_restore_window()->set_seconds(365 * 24 * 60 * 60);
       }),
       admin, Restore(Ref("ann")), "RESTORE_WINDOW_EXPIRED", end},
      {"Pending_R33", Scenario(kMatrix).User("ann", "viewer"), admin, Restore(Ref("ann")),
       "USER_NOT_DELETED"},
      {"Disabled_R33", Scenario(kMatrix).User("ann", "viewer").Disabled("ann"), admin,
       Restore(Ref("ann")), "USER_NOT_DELETED"},
      {"Twice_R33", Scenario(deleted).Restored("ann"), admin, Restore(Ref("ann")),
       "USER_NOT_DELETED"},
      {"WhoHoldsMore_R44", boss, admin, Restore(Ref("ann")), "ESCALATION {role: super_admin}"},
      {"WhoHoldsTheSame_R44", boss, Service("super_admin"), Restore(Ref("ann")), kRestoredAnn},
      {"OneRoleOfTwo_R44", two, Service("user_manager"), Restore(Ref("ann")),
       "ESCALATION {role: auditor}"},
      {"EscalationBeforeExpired", boss, admin, Restore(Ref("ann")),
       "ESCALATION {role: super_admin}", end},
  };
}
INSTANTIATE_TEST_SUITE_P(Restoring, UserStatusTest, testing::ValuesIn(Restoring()), CaseName);

// R44: what gives a user power or status, or takes it away, is not done to one that holds more.
std::vector<DecisionCase> OfOneThatHoldsMore() {
  const Scenario boss = Scenario(kMatrix).User("ann", "super_admin").User("root", "super_admin");
  const Scenario disabled = Scenario(boss).Disabled("ann");
  const Caller admin = Service("admin");
  const Caller super_admin = Service("super_admin");
  const std::string refused = "ESCALATION {role: super_admin}";
  return {
      {"Disabled_AL", boss, admin, Disable(Ref("ann")), refused},
      {"DisabledAgain_AL", disabled, admin, Disable(Ref("ann")), refused},
      {"Enabled_AL", disabled, admin, Enable(Ref("ann")), refused},
      {"Deleted_AL", boss, admin, Delete(Ref("ann")), refused},
      {"Demoted_AL", boss, admin, ChangeRole("ann", "viewer"), refused},
      {"Erased_AL", Scenario(kApplications).Joined({"ann", {"auditor"}}), Service("user_manager"),
       EraseUser{Ref("ann", 1)}, "ESCALATION {role: auditor}"},
      {"OfAUserType_AL",
       Scenario(kTeams).Joined({"ann", {"super_admin"}, event::v1::USER_TYPE_STANDARD}),
       Service("user_type_admin"), Delete(Ref("ann")), refused},
      {"DisabledByAnEqual_AL", boss, super_admin, Disable(Ref("ann")), kDisabledAnn},
      {"EnabledByAnEqual_AL", disabled, super_admin, Enable(Ref("ann")), kEnabledAnn},
      {"DeletedByAnEqual_AL", boss, super_admin, Delete(Ref("ann")), kDeletedAnn},
      {"DemotedByAnEqual_AL", boss, super_admin, ChangeRole("ann", "viewer"),
       "role_changed { user_id: 'ann' from: 'super_admin' to: 'viewer' }"},
      {"PermissionBeforeIt_AL", boss, Service("viewer"), Disable(Ref("ann")),
       "PERMISSION_REQUIRED {permission: users.set_status}"},
  };
}
INSTANTIATE_TEST_SUITE_P(OfOneThatHoldsMore, UserStatusTest,
                         testing::ValuesIn(OfOneThatHoldsMore()), CaseName);

// R112: no actor disables or deletes itself, administrator or not; others it may.
std::vector<DecisionCase> Oneself() {
  const Scenario given =
      Scenario(kMatrix).User("ann", "super_admin").User("root", "super_admin").SignedIn("root");
  const Caller root = UserCaller("root");
  return {
      {"DisableSelf_R112", given, root, Disable(Ref("root")), "SELF_FORBIDDEN"},
      {"DeleteSelf_R112", given, root, Delete(Ref("root")), "SELF_FORBIDDEN"},
      {"DisableOther_R112", given, root, Disable(Ref("ann")), kDisabledAnn},
      {"DeleteOther_R112", given, root, Delete(Ref("ann")), kDeletedAnn},
      {"EnableSelf_R101", given, root, Enable(Ref("root")), "nothing"},
      // Before LAST_ADMINISTRATOR, so that the reason is the same for every administrator.
      {"LastOneDeletesSelf_R112", Scenario(kMatrix).User("root", "super_admin"), root,
       Delete(Ref("root")), "SELF_FORBIDDEN"},
      {"RevisionBeforeSelf", given, root, Delete(Ref("root", 9)),
       "REVISION_MISMATCH {revision: 1}"},
      // A service account is no user, whatever its id.
      {"ServiceOfThatName_R112",
       Scenario(kMatrix).User("root", "super_admin").Joined({"admin", {}}), Service("admin"),
       Delete(Ref("admin")),
       "user_deleted { user_id: 'admin' restorable_until { seconds: 1702592000 } }"},
  };
}
INSTANTIATE_TEST_SUITE_P(Oneself, UserStatusTest, testing::ValuesIn(Oneself()), CaseName);

// R48: somebody who may manage the account, and its access, stays.
std::vector<DecisionCase> LastAdministrator() {
  const Scenario one = Scenario(kMatrix).User("ann", "super_admin");
  const Scenario with_admin = Scenario(one).User("bob", "admin");
  const Scenario two = Scenario(one).User("bob", "super_admin");
  const Caller caller = Service("super_admin");
  const std::string account = "LAST_ADMINISTRATOR {permission: account.manage}";
  const std::string access = "LAST_ADMINISTRATOR {permission: access.manage}";
  const Scenario split = Scenario(kApplications)
                             .Policy(WindowOfAWeek)
                             .Joined({"ann", {"account_owner"}})
                             .Joined({"bob", {"user_manager"}});
  const auto unapproved = [](const std::string& id) {
    return Newcomer{id, {"super_admin"}, event::v1::USER_TYPE_UNSPECIFIED, false};
  };
  return {
      {"Delete_R48", one, caller, Delete(Ref("ann")), account},
      {"Disable_R48", one, caller, Disable(Ref("ann")), account},
      {"Active_R48", Scenario(one).SignedIn("ann"), caller, Delete(Ref("ann")), account},
      {"DeleteOneOfTwo_R48", two, caller, Delete(Ref("ann")), kDeletedAnn},
      {"DisableOneOfTwo_R48", two, caller, Disable(Ref("ann")), kDisabledAnn},
      // An admin carries access.manage, not account.manage.
      {"AdminIsNotEnough_R48", with_admin, caller, Delete(Ref("ann")), account},
      {"TheAdminBeside_R48", with_admin, caller, Delete(Ref("bob")),
       "user_deleted { user_id: 'bob' restorable_until { seconds: 1702592000 } }"},
      {"Owner_R48", split, Service("super_admin"), Delete(Ref("ann")), account},
      {"Manager_R48", split, Service("super_admin"), Delete(Ref("bob")), access},
      {"ManagerDisabled_R48", split, Service("super_admin"), Disable(Ref("bob")), access},
      {"OtherDisabled_R48", Scenario(two).Disabled("bob"), caller, Delete(Ref("ann")), account},
      {"OtherBlocked_R48", Scenario(two).Disabled("bob", event::v1::STATUS_REASON_INACTIVITY),
       caller, Delete(Ref("ann")), account},
      {"OtherDeleted_R48", Scenario(two).Deleted("bob"), caller, Delete(Ref("ann")), account},
      {"OtherUnapproved_R48", Scenario(one).Joined(unapproved("bob")), caller, Delete(Ref("ann")),
       account},
      {"UnapprovedGoes_R48", Scenario(one).Joined(unapproved("bob")), caller, Disable(Ref("bob")),
       "user_disabled { user_id: 'bob' reason: STATUS_REASON_MANUAL }"},
      {"OtherEnabledAgain_R48", Scenario(two).Disabled("bob").Enabled("bob"), caller,
       Delete(Ref("ann")), kDeletedAnn},
      {"OtherRestored_R48", Scenario(two).Deleted("bob").Restored("bob"), caller,
       Delete(Ref("ann")), kDeletedAnn},
      {"OtherDemoted_R48", Scenario(two).RoleChanged("bob", "viewer"), caller, Delete(Ref("ann")),
       account},
      {"OtherPromoted_R48", Scenario(with_admin).RoleChanged("bob", "super_admin"), caller,
       Delete(Ref("ann")), kDeletedAnn},
      // Who is disabled already carries nothing.
      {"DisabledGoes_R48", Scenario(two).Disabled("ann"), caller, Delete(Ref("ann")), kDeletedAnn},
      {"AdministratorOfAnotherAccount_R48", one, Stranger(), Delete(Ref("ann")),
       "PERMISSION_REQUIRED {permission: users.delete}"},
  };
}
INSTANTIATE_TEST_SUITE_P(LastAdministrator, UserStatusTest, testing::ValuesIn(LastAdministrator()),
                         CaseName);

// R48 by user type, and by a change of role.
std::vector<DecisionCase> LastAdministratorOtherwise() {
  const Scenario teams = Scenario(kTeams)
                             .Joined({"ann", {}, event::v1::USER_TYPE_ADMIN})
                             .Joined({"bob", {}, event::v1::USER_TYPE_STANDARD});
  const Scenario one = Scenario(kMatrix).User("ann", "super_admin");
  const Caller caller = Service("super_admin");
  return {
      {"Type_R48", teams, caller, Delete(Ref("ann")),
       "LAST_ADMINISTRATOR {permission: account.manage}"},
      {"OneOfTwoTypes_R48", Scenario(teams).Joined({"cat", {}, event::v1::USER_TYPE_ADMIN}), caller,
       Delete(Ref("ann")), kDeletedAnn},
      {"Demote_R48", one, caller, ChangeRole("ann", "admin"),
       "LAST_ADMINISTRATOR {permission: account.manage}"},
      {"DemoteAccessOnly_R48", Scenario(kMatrix).User("ann", "admin"), caller,
       ChangeRole("ann", "viewer"), "LAST_ADMINISTRATOR {permission: access.manage}"},
      {"DemoteOneOfTwo_R48", Scenario(one).User("bob", "super_admin"), caller,
       ChangeRole("ann", "admin"),
       "role_changed { user_id: 'ann' from: 'super_admin' to: 'admin' }"},
      {"Promote_R48", Scenario(one).User("bob", "admin"), caller, ChangeRole("bob", "super_admin"),
       "role_changed { user_id: 'bob' from: 'admin' to: 'super_admin' }"},
  };
}
INSTANTIATE_TEST_SUITE_P(LastAdministratorOtherwise, UserStatusTest,
                         testing::ValuesIn(LastAdministratorOtherwise()), CaseName);

// Where a user stands after each of these histories (R36, R37, R39).
TEST(UserStatusFoldTest, StatusFollowsFromSignIn_R36_R37) {
  const Scenario pending = Scenario(kMatrix).User("ann", "viewer");
  const Scenario active = Scenario(pending).SignedIn("ann");
  EXPECT_EQ(pending.StatusOf("ann"), "PENDING");
  EXPECT_EQ(active.StatusOf("ann"), "ACTIVE");
  EXPECT_EQ(Scenario(active).Disabled("ann").StatusOf("ann"), "DISABLED");
  EXPECT_EQ(Scenario(active).Disabled("ann").Enabled("ann").StatusOf("ann"), "ACTIVE");
  EXPECT_EQ(Scenario(pending).Disabled("ann").Enabled("ann").StatusOf("ann"), "PENDING");
  EXPECT_EQ(Scenario(active).Deleted("ann").Restored("ann").StatusOf("ann"), "ACTIVE");
  EXPECT_EQ(Scenario(pending).Deleted("ann").Restored("ann").StatusOf("ann"), "PENDING");
  // Also when disabled before.
  EXPECT_EQ(Scenario(active).Disabled("ann").Deleted("ann").Restored("ann").StatusOf("ann"),
            "ACTIVE");
  EXPECT_EQ(Scenario(pending).Disabled("ann").Deleted("ann").Restored("ann").StatusOf("ann"),
            "PENDING");
}

// R34, R35: a deleted user keeps everything, and is found by the status; restoring clears the rest.
TEST(UserStatusFoldTest, DeletedKeepsEverything_R34_R35) {
  const Scenario before = Scenario(kMatrix).User("root", "super_admin").User("ann", "viewer");
  const Scenario deleted =
      Scenario(before).Disabled("ann", event::v1::STATUS_REASON_INACTIVITY).Deleted("ann");
  view::v1::UserRow row = deleted.user("ann");
  EXPECT_EQ(deleted.StatusOf("ann"), "DELETED");
  EXPECT_EQ(row.status_reason(), event::v1::STATUS_REASON_UNSPECIFIED);
  EXPECT_EQ(FromTimestamp(row.deleted_at()), kDay0);
  EXPECT_EQ(FromTimestamp(row.restorable_until()), kDay0 + 30 * kDay);
  EXPECT_EQ(row.status_position(), deleted.world().position());
  EXPECT_EQ(row.revision(), 3);

  const Scenario restored = Scenario(deleted).Restored("ann");
  row = restored.user("ann");
  EXPECT_FALSE(row.has_deleted_at());
  EXPECT_FALSE(row.has_restorable_until());
  EXPECT_EQ(row.revision(), 4);
  row.set_revision(1);
  row.set_status_position(before.user("ann").status_position());
  EXPECT_EQ(Text(row), Text(before.user("ann")));
}

// R37: the reason stands while the user is disabled.
TEST(UserStatusFoldTest, Reason_R37_R39) {
  Scenario given = Scenario(kMatrix).User("ann", "viewer").Disabled("ann");
  EXPECT_EQ(given.user("ann").status_reason(), event::v1::STATUS_REASON_MANUAL);
  given.Enabled("ann");
  EXPECT_EQ(given.user("ann").status_reason(), event::v1::STATUS_REASON_UNSPECIFIED);
  EXPECT_EQ(given.user("ann").status_position(), given.world().position());
}

}  // namespace
}  // namespace roster::domain
