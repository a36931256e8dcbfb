#include "domain/role/permission.h"

namespace roster::domain {
namespace {

using event::v1::Preset;

// Presets as a bit set, for the rows below.
constexpr uint32_t Bit(Preset preset) { return 1U << static_cast<uint32_t>(preset); }

constexpr uint32_t kEvery = ~0U;
constexpr uint32_t kPortal = Bit(event::v1::PRESET_CLIENT_PORTAL);
constexpr uint32_t kMatrix = Bit(event::v1::PRESET_ROLE_MATRIX);
constexpr uint32_t kProjects = Bit(event::v1::PRESET_PROJECT_TEAMS);
constexpr uint32_t kWorkforce = Bit(event::v1::PRESET_WORKFORCE);
constexpr uint32_t kApplications = Bit(event::v1::PRESET_APPLICATIONS);

struct Row {
  std::string_view name;
  uint32_t presets;
  Permission permission;
  Level level;
  Effect effect;
  bool usable = true;
};

constexpr Row Own(Permission permission, std::string_view name, Effect effect = Effect::kChange) {
  return {name, kEvery, permission, Level::kAccount, effect};
}

// One for which there is no RPC yet.
constexpr Row Later(Permission permission, std::string_view name, Effect effect = Effect::kChange) {
  Row row = Own(permission, name, effect);
  row.usable = false;
  return row;
}

// In the order of the enum.
constexpr Row kTable[] = {
    Own(Permission::kAccountView, "account.view", Effect::kRead),
    Own(Permission::kAccountManage, "account.manage"),
    Own(Permission::kUsersView, "users.view", Effect::kRead),
    Own(Permission::kUsersCreate, "users.create"),
    Own(Permission::kUsersUpdate, "users.update"),
    Own(Permission::kUsersSetStatus, "users.set_status"),
    Own(Permission::kUsersApprove, "users.approve"),
    Own(Permission::kUsersDelete, "users.delete"),
    Own(Permission::kUsersRestore, "users.restore"),
    Own(Permission::kUsersErase, "users.erase"),
    Later(Permission::kUsersInvite, "users.invite"),
    Later(Permission::kUsersResetPassword, "users.reset_password"),
    Later(Permission::kUsersResetSecondFactor, "users.reset_second_factor"),
    Own(Permission::kUsersChangeRole, "users.change_role"),
    Own(Permission::kUsersImport, "users.import"),
    Later(Permission::kUsersExport, "users.export", Effect::kRead),
    Later(Permission::kGroupsView, "groups.view", Effect::kRead),
    Later(Permission::kGroupsManage, "groups.manage"),
    Later(Permission::kApplicationsView, "applications.view", Effect::kRead),
    Later(Permission::kApplicationsManage, "applications.manage"),
    Later(Permission::kResourcesView, "resources.view", Effect::kRead),
    Later(Permission::kResourcesManage, "resources.manage"),
    Later(Permission::kProjectsView, "projects.view", Effect::kRead),
    Later(Permission::kProjectsManage, "projects.manage"),
    Later(Permission::kProjectsDuplicate, "projects.duplicate"),
    Own(Permission::kRolesView, "roles.view", Effect::kRead),
    Later(Permission::kRolesManage, "roles.manage"),
    Later(Permission::kAccessView, "access.view", Effect::kRead),
    Later(Permission::kAccessManage, "access.manage"),
    Own(Permission::kAccessCheck, "access.check", Effect::kRead),
    Own(Permission::kBillingManage, "billing.manage"),
    Own(Permission::kSubscriptionsManage, "subscriptions.manage"),
    Own(Permission::kAuditRead, "audit.read", Effect::kRead),
    Own(Permission::kServicesManage, "services.manage"),
    Later(Permission::kDirectorySync, "directory.sync"),
    {"procurement.request", kPortal, Permission::kProcurementRequest, Level::kFeature,
     Effect::kChange},
    {"procurement.approve", kPortal, Permission::kProcurementApprove, Level::kFeature,
     Effect::kChange},
    {"procurement.order", kPortal, Permission::kProcurementOrder, Level::kFeature, Effect::kChange},
    {"catalog.view", kPortal, Permission::kCatalogView, Level::kFeature, Effect::kRead},
    {"documents.view", kPortal, Permission::kDocumentsView, Level::kFeature, Effect::kRead},
    {"spend.view", kPortal, Permission::kSpendView, Level::kFeature, Effect::kRead},
    {"collaboration.use", kPortal, Permission::kCollaborationUse, Level::kFeature, Effect::kChange},
    {"content.create", kMatrix, Permission::kContentCreate, Level::kFeature, Effect::kChange},
    {"content.view", kMatrix, Permission::kContentView, Level::kFeature, Effect::kRead},
    {"store.view", kMatrix, Permission::kStoreView, Level::kFeature, Effect::kRead},
    {"tasks.view", kWorkforce, Permission::kTasksView, Level::kFeature, Effect::kRead},
    {"portal.view", kWorkforce, Permission::kPortalView, Level::kCollaboration, Effect::kRead},
    {"project.read", kProjects, Permission::kProjectRead, Level::kProject, Effect::kRead},
    {"project.change", kProjects, Permission::kProjectChange, Level::kProject, Effect::kChange},
    {"application.configure", kApplications, Permission::kApplicationConfigure, Level::kApplication,
     Effect::kChange},
    {"content.create", kApplications, Permission::kApplicationContentCreate, Level::kApplication,
     Effect::kChange},
    {"content.read", kApplications, Permission::kContentRead, Level::kApplication, Effect::kRead},
    {"content.edit", kApplications, Permission::kContentEdit, Level::kApplication, Effect::kChange},
};

constexpr bool InOrder() {
  size_t next = 0;
  for (const Row& row : kTable) {
    if (static_cast<size_t>(row.permission) != next++) return false;
  }
  return next == kPermissionCount;
}
static_assert(InOrder(), "the table has one row for each permission, in the order of the enum");

const Row& Find(Permission permission) { return kTable[static_cast<size_t>(permission)]; }

}  // namespace

std::string_view PermissionName(Permission permission) { return Find(permission).name; }

Level PermissionLevel(Permission permission) { return Find(permission).level; }

Effect PermissionEffect(Permission permission) { return Find(permission).effect; }

PermissionSet KnownPermissions(Preset preset) {
  PermissionSet known;
  for (const Row& row : kTable) {
    if ((row.presets & Bit(preset)) != 0) known.Add(row.permission);
  }
  return known;
}

PermissionSet UsablePermissions() {
  PermissionSet set;
  for (const Row& row : kTable) {
    if (row.usable) set.Add(row.permission);
  }
  return set;
}

PermissionSet AccountPermissions() {
  PermissionSet set;
  for (const Row& row : kTable) {
    if (row.level == Level::kAccount) set.Add(row.permission);
  }
  return set;
}

std::optional<Permission> FindPermission(std::string_view name) {
  std::optional<Permission> found;
  for (const Row& row : kTable) {
    if (row.name != name) continue;
    if (found) return std::nullopt;
    found = row.permission;
  }
  return found;
}

std::optional<Permission> FindPermission(Preset preset, std::string_view name) {
  for (const Row& row : kTable) {
    if (row.name == name && (row.presets & Bit(preset)) != 0) return row.permission;
  }
  return std::nullopt;
}

}  // namespace roster::domain
