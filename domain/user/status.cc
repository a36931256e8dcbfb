// The status of a user: enabling, disabling, deleting, restoring.

#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/rows/codec.h"
#include "domain/user/erase.h"
#include "domain/user/target.h"
#include "domain/user/user.h"

namespace roster::domain {
namespace {

using event::v1::UserStatus;

absl::Status CheckDeletable(const Target& target) {
  switch (target.account.policy().deletion()) {
    case event::v1::DELETION_NONE:
      return Refuse(Reason::kDeletionDisabled);
    case event::v1::DELETION_PENDING_ONLY:
      if (target.user.status() != event::v1::USER_STATUS_PENDING) {
        return Refuse(Reason::kUserNotPending);
      }
      if (target.user.auth_method() == event::v1::AUTH_METHOD_SSO) {
        return Refuse(Reason::kSsoUser);
      }
      break;
    default:
      break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Events> Decide(const World& world, const EnableUser& command, const Caller& caller) {
  ROSTER_ASSIGN(const auto target, FindTargetWithinAuthority(world, command.user, caller,
                                                             Permission::kUsersSetStatus));
  const UserStatus status = target.user.status();
  if (status == event::v1::USER_STATUS_DELETED) return Refuse(Reason::kUserDeleted);
  if (status != event::v1::USER_STATUS_DISABLED) return Events{};
  Events events(1);
  events[0].mutable_user_enabled()->set_user_id(target.user.user_id());
  return events;
}

absl::StatusOr<Events> Decide(const World& world, const DisableUser& command,
                              const Caller& caller) {
  ROSTER_ASSIGN(const auto target, FindTargetWithinAuthority(world, command.user, caller,
                                                             Permission::kUsersSetStatus));
  const auto& user = target.user;
  ROSTER_TRY(AuthorizeOther(caller, user.user_id()));
  if (user.status() == event::v1::USER_STATUS_DELETED) return Refuse(Reason::kUserDeleted);
  if (user.status() == event::v1::USER_STATUS_DISABLED) return Events{};
  ROSTER_TRY(CheckAdministratorsRemainWithout(world, target, event::v1::USER_STATUS_DISABLED));
  Events events(1);
  events[0].mutable_user_disabled()->set_user_id(user.user_id());
  events[0].mutable_user_disabled()->set_reason(event::v1::STATUS_REASON_MANUAL);
  return events;
}

absl::StatusOr<Events> Decide(const World& world, const DeleteUser& command, const Caller& caller) {
  ROSTER_ASSIGN(const auto target,
                FindTargetWithinAuthority(world, command.user, caller, Permission::kUsersDelete));
  const auto& [account, user] = target;
  const bool erases = account.policy().restore_window().seconds() == 0;
  if (erases) {
    ROSTER_TRY(Authorize(world, caller, account.account_id(), Permission::kUsersErase));
  }
  ROSTER_TRY(AuthorizeOther(caller, user.user_id()));
  if (user.status() == event::v1::USER_STATUS_DELETED) return Refuse(Reason::kUserDeleted);
  ROSTER_TRY(CheckDeletable(target));
  ROSTER_TRY(CheckAdministratorsRemainWithout(world, target, event::v1::USER_STATUS_DELETED));
  Events events(1);
  auto* deleted = events[0].mutable_user_deleted();
  deleted->set_user_id(user.user_id());
  *deleted->mutable_restorable_until() =
      ToTimestamp(caller.at + absl::Seconds(account.policy().restore_window().seconds()));
  if (erases) events.push_back(Erased(user));
  return events;
}

absl::StatusOr<Events> Decide(const World& world, const RestoreUser& command,
                              const Caller& caller) {
  ROSTER_ASSIGN(const auto target,
                FindTargetWithinAuthority(world, command.user, caller, Permission::kUsersRestore));
  const auto& user = target.user;
  if (user.status() != event::v1::USER_STATUS_DELETED) return Refuse(Reason::kUserNotDeleted);
  if (caller.at >= FromTimestamp(user.restorable_until())) {
    return Refuse(Reason::kRestoreWindowExpired);
  }
  Events events(1);
  events[0].mutable_user_restored()->set_user_id(user.user_id());
  return events;
}

}  // namespace roster::domain
