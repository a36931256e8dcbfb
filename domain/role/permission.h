// Permissions: what may be done, as `<feature>.<function>`. Roster's own features, and the product
// features that a preset brings with it.

#ifndef ROSTER_DOMAIN_ROLE_PERMISSION_H_
#define ROSTER_DOMAIN_ROLE_PERMISSION_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "roster/event/v1/account.pb.h"

namespace roster::domain {

enum class Permission : uint8_t {
  kAccountView,
  kAccountManage,
  kUsersView,
  kUsersCreate,
  kUsersUpdate,
  kUsersSetStatus,
  kUsersApprove,
  kUsersDelete,
  kUsersRestore,
  kUsersErase,
  kUsersInvite,
  kUsersResetPassword,
  kUsersResetSecondFactor,
  kUsersChangeRole,
  kUsersImport,
  kUsersExport,
  kGroupsView,
  kGroupsManage,
  kApplicationsView,
  kApplicationsManage,
  kResourcesView,
  kResourcesManage,
  kProjectsView,
  kProjectsManage,
  kProjectsDuplicate,
  kRolesView,
  kRolesManage,
  kAccessView,
  kAccessManage,
  kAccessCheck,
  kBillingManage,
  kSubscriptionsManage,
  kAuditRead,
  kServicesManage,
  kDirectorySync,
  // Product features.
  kProcurementRequest,
  kProcurementApprove,
  kProcurementOrder,
  kCatalogView,
  kDocumentsView,
  kSpendView,
  kCollaborationUse,
  kContentCreate,
  kContentView,
  kStoreView,
  kTasksView,
  kPortalView,
  kProjectRead,
  kProjectChange,
  kApplicationConfigure,
  kApplicationContentCreate,  // "content.create" where content belongs to applications
  kContentRead,
  kContentEdit,
};
inline constexpr size_t kPermissionCount = static_cast<size_t>(Permission::kContentEdit) + 1;

using PermissionSet = std::bitset<kPermissionCount>;

// What a permission is about. The administrative ones, which R44 guards, are those of the account.
enum class Level : uint8_t { kAccount, kFeature, kProject, kApplication, kCollaboration };

enum class Effect : uint8_t { kRead, kChange };

std::string_view PermissionName(Permission permission);
Level PermissionLevel(Permission permission);
Effect PermissionEffect(Permission permission);

// The permissions that accounts of a preset know.
PermissionSet KnownPermissions(event::v1::Preset preset);

// All permissions of the account level.
PermissionSet AccountPermissions();

// The permission with this name, whatever the preset.
std::optional<Permission> FindPermission(std::string_view name);

// The permission with this name, if accounts of the preset know it.
std::optional<Permission> FindPermission(event::v1::Preset preset, std::string_view name);

inline bool Has(const PermissionSet& set, Permission permission) {
  return set.test(static_cast<size_t>(permission));
}

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROLE_PERMISSION_H_
