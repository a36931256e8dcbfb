#include "domain/user/administrators.h"

#include <string>

#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/rows/counter.h"

namespace roster::domain {
namespace {

// What the last administrator must not lose.
constexpr Permission kAdministration[] = {Permission::kAccountManage, Permission::kAccessManage};

std::string CounterName(Permission permission) {
  return "administrators/" + std::string(PermissionName(permission));
}

bool Administers(const World& world, const view::v1::AccountRow& account,
                 const view::v1::UserRow& user, Permission permission) {
  const bool enabled = user.status() == event::v1::USER_STATUS_PENDING ||
                       user.status() == event::v1::USER_STATUS_ACTIVE;
  return enabled && user.approved() &&
         EffectivePermissionsOf(world, account, user).permissions.Has(permission);
}

}  // namespace

absl::Status CheckAdministratorsRemain(const World& world, const view::v1::AccountRow& account,
                                       const view::v1::UserRow& before,
                                       const view::v1::UserRow& after) {
  for (const Permission permission : kAdministration) {
    if (Administers(world, account, before, permission) &&
        !Administers(world, account, after, permission) &&
        Counter(world, account.account_id(), CounterName(permission)) <= 1) {
      return Refuse(Reason::kLastAdministrator,
                    {{"permission", std::string(PermissionName(permission))}});
    }
  }
  return absl::OkStatus();
}

void CountAdministrators(Overlay& world, const view::v1::AccountRow& account,
                         const view::v1::UserRow& before, const view::v1::UserRow& after) {
  for (const Permission permission : kAdministration) {
    const int difference = static_cast<int>(Administers(world, account, after, permission)) -
                           static_cast<int>(Administers(world, account, before, permission));
    AddToCounter(world, account.account_id(), CounterName(permission), difference);
  }
}

}  // namespace roster::domain
