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

// A set of permissions. How they are numbered inside is known here alone.
class PermissionSet {
 public:
  PermissionSet() = default;

  bool Has(Permission permission) const { return bits_.test(static_cast<size_t>(permission)); }
  bool ContainsAll(const PermissionSet& other) const { return (other.bits_ & ~bits_).none(); }
  bool empty() const { return bits_.none(); }
  size_t size() const { return bits_.count(); }

  void Add(Permission permission) { bits_.set(static_cast<size_t>(permission)); }
  void Add(const PermissionSet& other) { bits_ |= other.bits_; }

  // The permissions of this set that are, or are not, in the other.
  PermissionSet And(const PermissionSet& other) const { return PermissionSet(bits_ & other.bits_); }
  PermissionSet Without(const PermissionSet& other) const {
    return PermissionSet(bits_ & ~other.bits_);
  }

  // Calls `then` with each permission, in the order in which they are listed.
  template <typename Function>
  void ForEach(Function then) const {
    for (size_t i = 0; i < kPermissionCount; ++i) {
      if (bits_.test(i)) then(static_cast<Permission>(i));
    }
  }

  friend bool operator==(const PermissionSet& a, const PermissionSet& b) {
    return a.bits_ == b.bits_;
  }

 private:
  explicit PermissionSet(const std::bitset<kPermissionCount>& bits) : bits_(bits) {}

  std::bitset<kPermissionCount> bits_;
};

// What a permission is about. Those of the account are the administrative ones: handing them out is
// guarded (AuthorizeAssignment).
enum class Level : uint8_t { kAccount, kFeature, kProject, kApplication, kCollaboration };

enum class Effect : uint8_t { kRead, kChange };

std::string_view PermissionName(Permission permission);
Level PermissionLevel(Permission permission);
Effect PermissionEffect(Permission permission);

// The permissions that accounts of a preset know.
PermissionSet KnownPermissions(event::v1::Preset preset);

// The permissions that something can be done with now: those that an RPC asks for, and those that
// other services ask about with Check. Only they are shown.
PermissionSet UsablePermissions();

// All permissions of the account level.
PermissionSet AccountPermissions();

// The permission with this name, whatever the preset. Nothing where permissions of several presets
// share the name: without the preset it names none of them.
std::optional<Permission> FindPermission(std::string_view name);

// The permission with this name, if accounts of the preset know it.
std::optional<Permission> FindPermission(event::v1::Preset preset, std::string_view name);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROLE_PERMISSION_H_
