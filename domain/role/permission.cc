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
  Permission permission;
  std::string_view name;
  Level level;
  Effect effect;
  uint32_t presets;
};

constexpr Row Own(Permission permission, std::string_view name, Effect effect = Effect::kChange) {
  return {permission, name, Level::kAccount, effect, kEvery};
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
    Own(Permission::kUsersInvite, "users.invite"),
    Own(Permission::kUsersResetPassword, "users.reset_password"),
    Own(Permission::kUsersResetSecondFactor, "users.reset_second_factor"),
    Own(Permission::kUsersChangeRole, "users.change_role"),
    Own(Permission::kUsersImport, "users.import"),
    Own(Permission::kUsersExport, "users.export", Effect::kRead),
    Own(Permission::kGroupsView, "groups.view", Effect::kRead),
    Own(Permission::kGroupsManage, "groups.manage"),
    Own(Permission::kApplicationsView, "applications.view", Effect::kRead),
    Own(Permission::kApplicationsManage, "applications.manage"),
    Own(Permission::kResourcesView, "resources.view", Effect::kRead),
    Own(Permission::kResourcesManage, "resources.manage"),
    Own(Permission::kProjectsView, "projects.view", Effect::kRead),
    Own(Permission::kProjectsManage, "projects.manage"),
    Own(Permission::kProjectsDuplicate, "projects.duplicate"),
    Own(Permission::kRolesView, "roles.view", Effect::kRead),
    Own(Permission::kRolesManage, "roles.manage"),
    Own(Permission::kAccessView, "access.view", Effect::kRead),
    Own(Permission::kAccessManage, "access.manage"),
    Own(Permission::kAccessCheck, "access.check", Effect::kRead),
    Own(Permission::kBillingManage, "billing.manage"),
    Own(Permission::kSubscriptionsManage, "subscriptions.manage"),
    Own(Permission::kAuditRead, "audit.read", Effect::kRead),
    Own(Permission::kServicesManage, "services.manage"),
    Own(Permission::kDirectorySync, "directory.sync"),
    {Permission::kProcurementRequest, "procurement.request", Level::kFeature, Effect::kChange,
     kPortal},
    {Permission::kProcurementApprove, "procurement.approve", Level::kFeature, Effect::kChange,
     kPortal},
    {Permission::kProcurementOrder, "procurement.order", Level::kFeature, Effect::kChange, kPortal},
    {Permission::kCatalogView, "catalog.view", Level::kFeature, Effect::kRead, kPortal},
    {Permission::kDocumentsView, "documents.view", Level::kFeature, Effect::kRead, kPortal},
    {Permission::kSpendView, "spend.view", Level::kFeature, Effect::kRead, kPortal},
    {Permission::kCollaborationUse, "collaboration.use", Level::kFeature, Effect::kChange, kPortal},
    {Permission::kContentCreate, "content.create", Level::kFeature, Effect::kChange,
     kMatrix | kApplications},
    {Permission::kContentView, "content.view", Level::kFeature, Effect::kRead, kMatrix},
    {Permission::kStoreView, "store.view", Level::kFeature, Effect::kRead, kMatrix},
    {Permission::kTasksView, "tasks.view", Level::kFeature, Effect::kRead, kWorkforce},
    {Permission::kPortalView, "portal.view", Level::kCollaboration, Effect::kRead, kWorkforce},
    {Permission::kProjectRead, "project.read", Level::kProject, Effect::kRead, kProjects},
    {Permission::kProjectChange, "project.change", Level::kProject, Effect::kChange, kProjects},
    {Permission::kApplicationConfigure, "application.configure", Level::kApplication,
     Effect::kChange, kApplications},
    {Permission::kContentRead, "content.read", Level::kApplication, Effect::kRead, kApplications},
    {Permission::kContentEdit, "content.edit", Level::kApplication, Effect::kChange, kApplications},
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
    known.set(static_cast<size_t>(row.permission), (row.presets & Bit(preset)) != 0);
  }
  return known;
}

PermissionSet AccountPermissions() {
  PermissionSet set;
  for (const Row& row : kTable) {
    set.set(static_cast<size_t>(row.permission), row.level == Level::kAccount);
  }
  return set;
}

std::optional<Permission> FindPermission(Preset preset, std::string_view name) {
  for (const Row& row : kTable) {
    if (row.name == name && (row.presets & Bit(preset)) != 0) return row.permission;
  }
  return std::nullopt;
}

}  // namespace roster::domain
