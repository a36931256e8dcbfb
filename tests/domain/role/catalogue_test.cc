// The built-in roles of every preset against roles.md, written out (R40, R54, R102, R113, R115).

#include "domain/role/catalogue.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "domain/role/permission.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

using event::v1::Preset;

// All functions on users but erase, import and export.
#define USERS                                                                         \
  "users.view users.create users.update users.set_status users.approve users.delete " \
  "users.restore "
#define USERS_MORE "users.invite users.reset_password users.reset_second_factor users.change_role "
#define FROM_GROUPS                                                                 \
  "groups.view groups.manage applications.view applications.manage resources.view " \
  "resources.manage projects.view projects.manage projects.duplicate roles.view "   \
  "roles.manage access.view access.manage access.check billing.manage "             \
  "subscriptions.manage audit.read "
#define ALL_OF_THE_ACCOUNT                                       \
  "account.view account.manage " USERS "users.erase " USERS_MORE \
  "users.import users.export " FROM_GROUPS "services.manage directory.sync"
#define ALL_BUT_ERASE_AND_SERVICES                                                         \
  "account.view account.manage " USERS USERS_MORE "users.import users.export " FROM_GROUPS \
  "directory.sync"
#define PORTAL_FEATURES                                                                     \
  " procurement.request procurement.approve procurement.order catalog.view documents.view " \
  "spend.view collaboration.use"

constexpr char kAuditor[] =
    "users.view users.export groups.view projects.view roles.view access.view audit.read";

struct RoleCase {
  std::string name;
  Preset preset;
  std::string id;
  std::string level;
  std::string permissions;  // in the order of roles.md
  std::string may_assign;
};
void PrintTo(const RoleCase& row, std::ostream* out) { *out << row.name; }

std::vector<RoleCase> Portal() {
  return {
      {"PortalSuperAdmin", kPortal, "super_admin", "ACCOUNT", ALL_OF_THE_ACCOUNT PORTAL_FEATURES,
       "super_admin administrator basic auditor service_checker"},
      {"PortalAdministrator", kPortal, "administrator", "ACCOUNT",
       ALL_BUT_ERASE_AND_SERVICES PORTAL_FEATURES, "administrator basic auditor service_checker"},
      {"PortalBasic", kPortal, "basic", "ACCOUNT", "", ""},
      {"PortalAuditor", kPortal, "auditor", "ACCOUNT", kAuditor, ""},
      {"PortalChecker", kPortal, "service_checker", "ACCOUNT", "users.view access.check", ""},
  };
}

std::vector<RoleCase> Matrix() {
  return {
      {"MatrixSuperAdmin_R40", kMatrix, "super_admin", "ACCOUNT",
       ALL_OF_THE_ACCOUNT " content.create content.view store.view",
       "super_admin admin creator viewer ecommerce_viewer auditor service_checker"},
      {"MatrixAdmin_R40", kMatrix, "admin", "ACCOUNT",
       USERS USERS_MORE "groups.view groups.manage roles.view access.view access.manage",
       "admin creator viewer ecommerce_viewer auditor service_checker"},
      {"MatrixCreator_R40", kMatrix, "creator", "ACCOUNT", "users.view roles.view content.create",
       ""},
      {"MatrixViewer_R40", kMatrix, "viewer", "ACCOUNT", "users.view roles.view content.view", ""},
      {"MatrixEcommerceViewer_R40", kMatrix, "ecommerce_viewer", "ACCOUNT",
       "users.view roles.view store.view", ""},
      {"MatrixAuditor", kMatrix, "auditor", "ACCOUNT", kAuditor, ""},
      {"MatrixChecker", kMatrix, "service_checker", "ACCOUNT", "users.view access.check", ""},
  };
}

std::vector<RoleCase> Teams() {
  return {
      {"TeamsSuperAdmin", kTeams, "super_admin", "ACCOUNT", ALL_OF_THE_ACCOUNT,
       "super_admin user_type_admin user_type_standard user_type_read_only auditor "
       "service_checker"},
      {"TeamsAdmin_R54", kTeams, "user_type_admin", "ACCOUNT USER_TYPE_ADMIN",
       "account.manage " USERS USERS_MORE
       "users.import users.export groups.view groups.manage projects.view projects.manage "
       "projects.duplicate roles.view access.view access.manage access.check",
       "user_type_admin user_type_standard user_type_read_only"},
      {"TeamsStandard_R54", kTeams, "user_type_standard", "ACCOUNT USER_TYPE_STANDARD", "", ""},
      {"TeamsReadOnly_R54", kTeams, "user_type_read_only", "ACCOUNT USER_TYPE_READ_ONLY", "", ""},
      {"TeamsAuditor", kTeams, "auditor", "ACCOUNT", kAuditor, ""},
      {"TeamsChecker", kTeams, "service_checker", "ACCOUNT", "users.view access.check", ""},
  };
}

std::vector<RoleCase> Workforce() {
  constexpr char kAll[] =
      "super_admin lifecycle_admin lifecycle_user collaboration_user auditor service_checker";
  return {
      {"WorkforceSuperAdmin", kWorkforce, "super_admin", "ACCOUNT",
       ALL_OF_THE_ACCOUNT " tasks.view", kAll},
      {"WorkforceLifecycleAdmin", kWorkforce, "lifecycle_admin", "ACCOUNT",
       ALL_OF_THE_ACCOUNT " tasks.view", kAll},
      {"WorkforceLifecycleUser", kWorkforce, "lifecycle_user", "ACCOUNT", "tasks.view", ""},
      {"WorkforceCollaborationUser_R102", kWorkforce, "collaboration_user", "COLLABORATION",
       "portal.view", ""},
      {"WorkforceAuditor", kWorkforce, "auditor", "ACCOUNT", kAuditor, ""},
      {"WorkforceChecker", kWorkforce, "service_checker", "ACCOUNT", "users.view access.check", ""},
  };
}

std::vector<RoleCase> Applications() {
  return {
      // R114: what applications know is none of an account role.
      {"ApplicationsSuperAdmin_R114", kApplications, "super_admin", "ACCOUNT", ALL_OF_THE_ACCOUNT,
       "super_admin account_owner user_manager admin content_editor reader auditor "
       "service_checker"},
      {"ApplicationsOwner_R113", kApplications, "account_owner", "ACCOUNT",
       "account.view account.manage users.view roles.view billing.manage subscriptions.manage", ""},
      {"ApplicationsManager_R113", kApplications, "user_manager", "ACCOUNT",
       USERS
       "users.erase " USERS_MORE
       "groups.view groups.manage applications.view applications.manage roles.view access.view "
       "access.manage access.check",
       "account_owner user_manager admin content_editor reader"},
      {"ApplicationsAdmin_R115", kApplications, "admin", "APPLICATION",
       "application.configure content.read", ""},
      {"ApplicationsContentEditor_R115", kApplications, "content_editor", "APPLICATION",
       "content.create content.read content.edit", ""},
      {"ApplicationsReader_R115", kApplications, "reader", "APPLICATION", "content.read", ""},
      {"ApplicationsAuditor", kApplications, "auditor", "ACCOUNT", kAuditor, ""},
      {"ApplicationsChecker", kApplications, "service_checker", "ACCOUNT",
       "users.view access.check", ""},
  };
}

#undef USERS
#undef USERS_MORE
#undef FROM_GROUPS
#undef ALL_OF_THE_ACCOUNT
#undef ALL_BUT_ERASE_AND_SERVICES
#undef PORTAL_FEATURES

std::vector<RoleCase> EveryRole() {
  std::vector<RoleCase> all;
  for (const auto& some : {Portal(), Matrix(), Teams(), Workforce(), Applications()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::string LevelText(const Role& role) {
  constexpr const char* kLevels[] = {"ACCOUNT", "FEATURE", "PROJECT", "APPLICATION",
                                     "COLLABORATION"};
  std::string text = kLevels[static_cast<size_t>(role.level)];
  if (role.user_type != event::v1::USER_TYPE_UNSPECIFIED) {
    text += " " + event::v1::UserType_Name(role.user_type);
  }
  return text;
}

std::set<std::string> Words(const std::string& text) {
  std::set<std::string> words;
  for (const auto word : absl::StrSplit(text, ' ', absl::SkipEmpty())) words.emplace(word);
  return words;
}

std::set<std::string> Names(const PermissionSet& permissions) {
  std::set<std::string> names;
  permissions.ForEach([&](Permission permission) { names.emplace(PermissionName(permission)); });
  return names;
}

const Role* FindBuiltIn(Preset preset, std::string_view id) {
  for (const Role& role : BuiltInRoles(preset)) {
    if (role.id == id) return &role;
  }
  return nullptr;
}

class RoleTest : public testing::TestWithParam<RoleCase> {};

TEST_P(RoleTest, AsRequired) {
  const RoleCase& row = GetParam();
  const Role* role = FindBuiltIn(row.preset, row.id);
  ASSERT_NE(role, nullptr);
  EXPECT_EQ(LevelText(*role), row.level);
  EXPECT_EQ(Names(role->permissions), Words(row.permissions));
  EXPECT_EQ(absl::StrJoin(role->may_assign, " "), row.may_assign);
  EXPECT_FALSE(role->display_name.empty());
  EXPECT_FALSE(role->description.empty());
}
INSTANTIATE_TEST_SUITE_P(Roles, RoleTest, testing::ValuesIn(EveryRole()),
                         [](const auto& info) { return info.param.name; });

// No preset has another role, and each lists its roles in this order.
TEST(CatalogueTest, ListsTheseRolesOnly_R40_R42) {
  for (const auto& rows : {Portal(), Matrix(), Teams(), Workforce(), Applications()}) {
    const std::vector<Role>& built_in = BuiltInRoles(rows.front().preset);
    ASSERT_EQ(built_in.size(), rows.size());
    for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(built_in[i].id, rows[i].id);
  }
  EXPECT_TRUE(BuiltInRoles(event::v1::PRESET_UNSPECIFIED).empty());
  EXPECT_TRUE(BuiltInRoles(static_cast<Preset>(99)).empty());
  EXPECT_TRUE(BuiltInRoles(static_cast<Preset>(-1)).empty());
}

// R41, R42, R43-R48: the matrix of source B. Every role views users and roles; Super Admin and
// Admin alone create, change roles, invite, reset and remove.
TEST(CatalogueTest, RoleMatrix_R41_R42_R43_R44_R48) {
  for (const char* id : {"super_admin", "admin", "creator", "viewer", "ecommerce_viewer"}) {
    SCOPED_TRACE(id);
    const bool manages = std::string(id) == "super_admin" || std::string(id) == "admin";
    const PermissionSet& held = FindBuiltIn(kMatrix, id)->permissions;
    EXPECT_TRUE(held.Has(Permission::kUsersView));
    EXPECT_TRUE(held.Has(Permission::kRolesView));
    for (const Permission permission :
         {Permission::kUsersCreate, Permission::kUsersChangeRole, Permission::kUsersInvite,
          Permission::kUsersResetPassword, Permission::kUsersResetSecondFactor,
          Permission::kUsersDelete, Permission::kUsersRestore}) {
      EXPECT_EQ(held.Has(permission), manages) << PermissionName(permission);
    }
  }
}

// Every permission: its level and effect; reads are *.view, *.read, access.check and exports.
TEST(PermissionTest, LevelsAndEffects) {
  for (size_t i = 0; i < kPermissionCount; ++i) {
    const auto permission = static_cast<Permission>(i);
    const std::string name(PermissionName(permission));
    const std::string function = name.substr(name.find('.') + 1);
    const bool reads =
        function == "view" || function == "read" || function == "export" || name == "access.check";
    EXPECT_EQ(PermissionEffect(permission) == Effect::kRead, reads) << name;
    EXPECT_EQ(PermissionLevel(permission) == Level::kAccount, AccountPermissions().Has(permission))
        << name;
  }
  EXPECT_EQ(AccountPermissions().size(), 35);
}

// A preset knows its own product features, and those of no other.
TEST(PermissionTest, KnownByPreset) {
  for (const Preset preset : {kPortal, kMatrix, kTeams, kWorkforce, kApplications}) {
    std::set<std::string> names = Names(KnownPermissions(preset));
    EXPECT_EQ(names.size(), KnownPermissions(preset).size()) << "one permission has each name";
    for (const std::string& name : names) {
      const auto found = FindPermission(preset, name);
      ASSERT_TRUE(found.has_value()) << name;
      EXPECT_EQ(PermissionName(*found), name);
    }
  }
  const auto features = [](Preset preset) {
    return Names(KnownPermissions(preset).Without(AccountPermissions()));
  };
  EXPECT_EQ(features(kPortal),
            Words("procurement.request procurement.approve procurement.order catalog.view "
                  "documents.view spend.view collaboration.use"));
  EXPECT_EQ(features(kMatrix), Words("content.create content.view store.view"));
  EXPECT_EQ(features(kTeams), Words("project.read project.change"));
  EXPECT_EQ(features(kWorkforce), Words("tasks.view portal.view"));
  EXPECT_EQ(features(kApplications),
            Words("application.configure content.create content.read content.edit"));
  EXPECT_FALSE(FindPermission(kMatrix, "tasks.view").has_value());
  EXPECT_FALSE(FindPermission(kMatrix, "users.fly").has_value());
  EXPECT_FALSE(FindPermission(kMatrix, "").has_value());
}

TEST(PermissionTest, FoundByName) {
  EXPECT_EQ(FindPermission("users.view"), Permission::kUsersView);
  EXPECT_EQ(FindPermission("tasks.view"), Permission::kTasksView);
  EXPECT_EQ(FindPermission("content.create"), std::nullopt) << "two permissions have the name";
  EXPECT_EQ(FindPermission("users.fly"), std::nullopt);
  EXPECT_EQ(FindPermission(""), std::nullopt);
}

TEST(PermissionSetTest, IsASet) {
  PermissionSet one;
  EXPECT_TRUE(one.empty());
  one.Add(Permission::kUsersView);
  one.Add(Permission::kUsersView);
  EXPECT_EQ(one.size(), 1);
  EXPECT_TRUE(one.Has(Permission::kUsersView));
  EXPECT_FALSE(one.Has(Permission::kUsersCreate));
  PermissionSet two = one;
  two.Add(Permission::kContentEdit);
  EXPECT_TRUE(two.ContainsAll(one));
  EXPECT_FALSE(one.ContainsAll(two));
  EXPECT_EQ(two.And(one), one);
  EXPECT_EQ(Names(two.Without(one)), Words("content.edit"));
  one.Add(two);
  EXPECT_EQ(one, two);
}

}  // namespace
}  // namespace roster::domain
