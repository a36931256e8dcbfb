#include "domain/access/check.h"

#include "domain/access/authority.h"
#include "domain/rows/user_rows.h"

namespace roster::domain {
namespace {

CheckResult Deny(CheckReason reason, Position position = 0) {
  return {.allowed = false, .reason = reason, .role = {}, .deciding_position = position};
}

}  // namespace

std::optional<CheckResult> CheckEligibility(const World& world, const view::v1::AccountRow& account,
                                            const view::v1::UserRow& user) {
  switch (user.status()) {
    case event::v1::USER_STATUS_ERASED:
      return Deny(CheckReason::kUserNotFound);
    case event::v1::USER_STATUS_DELETED:
      return Deny(CheckReason::kUserDeleted, user.status_position());
    case event::v1::USER_STATUS_DISABLED: {
      const bool blocked = user.status_reason() == event::v1::STATUS_REASON_INACTIVITY;
      return Deny(blocked ? CheckReason::kUserBlocked : CheckReason::kUserDisabled,
                  user.status_position());
    }
    default:
      break;
  }
  if (account.policy().approval_required() && !user.approved()) {
    const Position decided = user.approval_position();
    return Deny(CheckReason::kApprovalPending, decided > 0 ? decided : user.created_position());
  }
  if (account.policy().role_required() &&
      EffectivePermissionsOf(world, account, user).roles.empty()) {
    return Deny(CheckReason::kNoRole, user.role_position());
  }
  return std::nullopt;
}

CheckResult Check(const World& world, const view::v1::AccountRow& account, std::string_view user_id,
                  Permission permission) {
  const auto user = FindUser(world, account.account_id(), user_id);
  if (!user) return Deny(CheckReason::kUserNotFound);
  if (const auto denied = CheckEligibility(world, account, *user)) return *denied;
  const EffectivePermissions effective = EffectivePermissionsOf(world, account, *user);
  for (const Role* role : effective.roles) {
    if (!role->permissions.Has(permission)) continue;
    const bool by_type = role->user_type != event::v1::USER_TYPE_UNSPECIFIED;
    return {.allowed = true,
            .reason = by_type ? CheckReason::kUserType : CheckReason::kRole,
            .role = role->id,
            .deciding_position = user->role_position()};
  }
  return Deny(CheckReason::kNoGrant, user->role_position());
}

}  // namespace roster::domain
