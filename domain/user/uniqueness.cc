#include "domain/user/uniqueness.h"

#include <optional>

#include "absl/time/time.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/rows/codec.h"
#include "domain/rows/user_rows.h"
#include "domain/text/confusable.h"

namespace roster::domain {
namespace {

absl::Status CheckFree(const std::optional<view::v1::UserRow>& owner, Reason taken,
                       std::string_view self) {
  if (!owner || owner->user_id() == self) return absl::OkStatus();
  if (owner->status() != event::v1::USER_STATUS_DELETED) {
    return Refuse(taken, {{"user_id", owner->user_id()}});
  }
  const absl::Time until = FromTimestamp(owner->restorable_until());
  return Refuse(
      Reason::kBelongsToDeletedUser,
      {{"user_id", owner->user_id()},
       {"restorable_until", absl::FormatTime(absl::RFC3339_full, until, absl::UTCTimeZone())}});
}

absl::Status CheckAmongEmails(const World& world, std::string_view account_id,
                              std::string_view name, Reason taken, std::string_view self) {
  ROSTER_TRY(CheckFree(FindUserByEmail(world, account_id, name), taken, self));
  return CheckFree(FindUserByEmailSkeleton(world, account_id, name), Reason::kConfusable, self);
}

absl::Status CheckAmongUserNames(const World& world, std::string_view account_id,
                                 std::string_view name, Reason taken, std::string_view self) {
  ROSTER_TRY(CheckFree(FindUserByUserName(world, account_id, name), taken, self));
  return CheckFree(FindUserByUserNameSkeleton(world, account_id, name), Reason::kConfusable, self);
}

}  // namespace

absl::Status CheckEmailFree(const World& world, std::string_view account_id, std::string_view email,
                            std::string_view self) {
  ROSTER_TRY(CheckAmongEmails(world, account_id, email, Reason::kEmailTaken, self));
  return CheckAmongUserNames(world, account_id, email, Reason::kEmailTaken, self);
}

absl::Status CheckUserNameFree(const World& world, std::string_view account_id,
                               std::string_view user_name, std::string_view self) {
  // Only a text with an @ is, or looks like, an email.
  if (Skeleton(user_name).find('@') != std::string::npos) {
    ROSTER_TRY(CheckAmongEmails(world, account_id, user_name, Reason::kUsernameTaken, self));
  }
  return CheckAmongUserNames(world, account_id, user_name, Reason::kUsernameTaken, self);
}

}  // namespace roster::domain
