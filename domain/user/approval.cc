// The approval of a user, a flag beside the status.

#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/user/administrators.h"
#include "domain/user/target.h"
#include "domain/user/user.h"

namespace roster::domain {
namespace {

// A user whose approval the caller may change.
absl::StatusOr<Target> FindApproved(const World& world, const UserReference& reference,
                                    const Caller& caller) {
  ROSTER_ASSIGN(Target target,
                FindTargetWithinAuthority(world, reference, caller, Permission::kUsersApprove));
  ROSTER_TRY(AuthorizeOther(caller, target.user.user_id()));
  if (target.user.status() == event::v1::USER_STATUS_DELETED) return Refuse(Reason::kUserDeleted);
  return target;
}

}  // namespace

absl::StatusOr<Events> Decide(const World& world, const ApproveUser& command,
                              const Caller& caller) {
  ROSTER_ASSIGN(const auto target, FindApproved(world, command.user, caller));
  if (target.user.approved()) return Events{};
  Events events(1);
  events[0].mutable_user_approved()->set_user_id(target.user.user_id());
  return events;
}

absl::StatusOr<Events> Decide(const World& world, const RevokeApproval& command,
                              const Caller& caller) {
  ROSTER_ASSIGN(const auto target, FindApproved(world, command.user, caller));
  if (!target.user.approved()) return Events{};
  view::v1::UserRow after = target.user;
  after.set_approved(false);
  ROSTER_TRY(CheckAdministratorsRemain(world, target.account, target.user, after));
  Events events(1);
  events[0].mutable_user_approval_revoked()->set_user_id(target.user.user_id());
  return events;
}

}  // namespace roster::domain
