// ChangeUserRole (R44, R51, R112; R48 stands in user_status_test.cc).

#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

ChangeUserRole Change(const std::string& role, UserReference user = Ref("ann")) {
  return {std::move(user), role};
}

std::string Changed(const std::string& from, const std::string& to) {
  return "role_changed { user_id: 'ann' " + (from.empty() ? "" : "from: '" + from + "' ") +
         "to: '" + to + "' }";
}

class ChangeUserRoleTest : public testing::TestWithParam<DecisionCase> {};
TEST_P(ChangeUserRoleTest, Decides) { Verify(GetParam()); }

// R44: who changes which role.
std::vector<DecisionCase> Callers() {
  const Scenario given = Scenario(kMatrix).User("root", "super_admin").User("ann", "viewer");
  const Caller admin = Service("admin");
  const std::string refused = "PERMISSION_REQUIRED {permission: users.change_role}";
  return {
      {"SuperAdmin_R44", given, Service("super_admin"), Change("creator"),
       Changed("viewer", "creator")},
      {"Admin_R44", given, admin, Change("creator"), Changed("viewer", "creator")},
      {"Creator_R44", given, Service("creator"), Change("creator"), refused},
      {"Viewer_R44", given, Service("viewer"), Change("creator"), refused},
      {"EcommerceViewer_R44", given, Service("ecommerce_viewer"), Change("creator"), refused},
      {"Stranger_R53", given, Stranger(), Change("creator"), refused},
      {"Operator_R53", given, Operator(), Change("creator"), refused},
      {"AdminGivesAdmin_R44", given, admin, Change("admin"), Changed("viewer", "admin")},
      {"AdminGivesSuperAdmin_R44", given, admin, Change("super_admin"),
       "ESCALATION {role: super_admin}"},
      {"SuperAdminGivesSuperAdmin_R44", given, Service("super_admin"), Change("super_admin"),
       Changed("viewer", "super_admin")},
      {"Administrator_R44", Scenario(kPortal).User("ann", "basic"), Service("administrator"),
       Change("super_admin"), "ESCALATION {role: super_admin}"},
      {"AdministratorGivesHisOwn_R44", Scenario(kPortal).User("ann", "basic"),
       Service("administrator"), Change("administrator"), Changed("basic", "administrator")},
      {"UserCaller_R44", given, UserCaller("root"), Change("creator"),
       Changed("viewer", "creator")},
      {"Unknown", given, admin, Change("creator", Ref("nobody")), "USER_NOT_FOUND"},
      {"OtherRevision", given, admin, Change("creator", Ref("ann", 2)),
       "REVISION_MISMATCH {revision: 1}"},
      {"ThisRevision", given, admin, Change("creator", Ref("ann", 1)),
       Changed("viewer", "creator")},
  };
}
INSTANTIATE_TEST_SUITE_P(Callers, ChangeUserRoleTest, testing::ValuesIn(Callers()), CaseName);

// R51, R38, R112: one role a user, changed in place.
std::vector<DecisionCase> Rules() {
  const Scenario given = Scenario(kMatrix).User("root", "super_admin").User("ann", "viewer");
  const Scenario two = Scenario(given).User("boss", "super_admin");
  const Caller admin = Service("admin");
  const Caller super_admin = Service("super_admin");
  const Caller root = UserCaller("root");
  return {
      {"SameRole_R51", given, admin, Change("viewer"), "nothing"},
      {"FromNone_R51", Scenario(kPortal).User("ann"), Service("administrator"), Change("basic"),
       Changed("", "basic")},
      {"UnknownRole_R40", given, admin, Change("boss"), "ROLE_NOT_FOUND {role: boss}"},
      {"NoRole_R40", given, admin, Change(""), "ROLE_NOT_FOUND {role: }"},
      {"RoleOfAnotherPreset_R40", given, admin, Change("basic"), "ROLE_NOT_FOUND {role: basic}"},
      {"WhereManyAreHeld_R51", Scenario(kWorkforce).User("ann", "auditor"),
       Service("lifecycle_admin"), Change("lifecycle_user"), "MULTIPLE_ROLES"},
      {"WhereTypesAreHeld_R54", Scenario(kTeams).Joined({"ann", {}, event::v1::USER_TYPE_STANDARD}),
       super_admin, Change("auditor"), "ROLE_BY_USER_TYPE"},
      {"Disabled_R38", Scenario(given).Disabled("ann"), admin, Change("creator"), "USER_DISABLED"},
      {"DisabledSameRole_R38", Scenario(given).Disabled("ann"), admin, Change("viewer"),
       "USER_DISABLED"},
      {"DisabledWhereAllowed_R38",
       Scenario(given)
           .Policy([](event::v1::AccountPolicy& policy) { policy.set_edit_while_disabled(true); })
           .Disabled("ann"),
       admin, Change("creator"), Changed("viewer", "creator")},
      {"Deleted_R32", Scenario(given).Deleted("ann"), admin, Change("creator"), "USER_DELETED"},
      {"DemoteSelf_R112", two, root, Change("viewer", Ref("root")), "SELF_FORBIDDEN"},
      {"PromoteSelf_R112", Scenario(given).User("adm", "admin"), UserCaller("adm"),
       Change("super_admin", Ref("adm")), "SELF_FORBIDDEN"},
      {"SameRoleSelf_R112", two, root, Change("super_admin", Ref("root")), "SELF_FORBIDDEN"},
      {"DemoteOther_R112", two, root, Change("viewer", Ref("boss")),
       "role_changed { user_id: 'boss' from: 'super_admin' to: 'viewer' }"},
      {"EscalationBeforeLast_R44", Scenario(kPortal).User("ann", "administrator"),
       Service("administrator"), Change("super_admin"), "ESCALATION {role: super_admin}"},
  };
}
INSTANTIATE_TEST_SUITE_P(Rules, ChangeUserRoleTest, testing::ValuesIn(Rules()), CaseName);

// R51: the new role takes the place of the old one.
TEST(ChangeUserRoleFoldTest, OneRole_R51) {
  const Scenario given =
      Scenario(kMatrix).User("ann", "viewer").SignedIn("ann").RoleChanged("ann", "creator");
  const auto row = given.user("ann");
  ASSERT_EQ(row.roles_size(), 1);
  EXPECT_EQ(row.roles(0), "creator");
  EXPECT_EQ(row.revision(), 2);
  EXPECT_EQ(row.role_position(), given.world().position());
  EXPECT_LT(row.status_position(), row.role_position());
  EXPECT_EQ(given.StatusOf("ann"), "ACTIVE");
}

}  // namespace
}  // namespace roster::domain
