#include "domain/user/target.h"

#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/revision.h"
#include "domain/base/try.h"
#include "domain/rows/account_rows.h"
#include "domain/rows/user_rows.h"
#include "domain/user/administrators.h"

namespace roster::domain {

absl::StatusOr<Target> FindTarget(const World& world, const UserReference& reference,
                                  const Caller& caller, Permission permission) {
  ROSTER_TRY(Authorize(world, caller, reference.account_id, permission));
  auto account = FindAccount(world, reference.account_id);
  auto user = FindUser(world, reference.account_id, reference.user_id);
  if (!account || !user || user->status() == event::v1::USER_STATUS_ERASED) {
    return Refuse(Reason::kUserNotFound);
  }
  ROSTER_TRY(CheckRevision(reference.expected_revision, user->revision()));
  return Target{*std::move(account), *std::move(user)};
}

absl::StatusOr<Target> FindTargetWithinAuthority(const World& world, const UserReference& reference,
                                                 const Caller& caller, Permission permission) {
  ROSTER_ASSIGN(Target target, FindTarget(world, reference, caller, permission));
  ROSTER_TRY(AuthorizeActingOn(world, caller, target.account, target.user));
  return target;
}

absl::Status CheckEditable(const Target& target) {
  if (target.user.status() == event::v1::USER_STATUS_DELETED) return Refuse(Reason::kUserDeleted);
  if (target.user.status() == event::v1::USER_STATUS_DISABLED &&
      !target.account.policy().edit_while_disabled()) {
    return Refuse(Reason::kUserDisabled);
  }
  return absl::OkStatus();
}

absl::Status CheckAdministratorsRemainWithout(const World& world, const Target& target,
                                              event::v1::UserStatus status) {
  view::v1::UserRow after = target.user;
  after.set_status(status);
  return CheckAdministratorsRemain(world, target.account, target.user, after);
}

}  // namespace roster::domain
