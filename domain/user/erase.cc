#include "domain/user/erase.h"

#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/rows/codec.h"
#include "domain/user/target.h"
#include "domain/user/user.h"

namespace roster::domain {

event::v1::Event Erased(const view::v1::UserRow& user) {
  event::v1::Event event;
  event.mutable_user_erased()->set_user_id(user.user_id());
  event.mutable_user_erased()->set_key_id(user.sealed().key_id());
  return event;
}

absl::StatusOr<Events> Decide(const World& world, const EraseUser& command, const Caller& caller) {
  ROSTER_ASSIGN(const auto target,
                FindTargetWithinAuthority(world, command.user, caller, Permission::kUsersErase));
  if (command.user.expected_revision == 0) {
    return RefuseFields({{"expected_revision", Reason::kMissingField}});
  }
  ROSTER_TRY(AuthorizeOther(caller, target.user.user_id()));
  ROSTER_TRY(CheckAdministratorsRemainWithout(world, target, event::v1::USER_STATUS_ERASED));
  return Events{Erased(target.user)};
}

std::vector<Erasure> ErasuresOf(const event::v1::Commit& commit) {
  std::vector<Erasure> erasures;
  for (const event::v1::Event& event : commit.events()) {
    if (!event.has_user_erased()) continue;
    erasures.push_back({.account_id = commit.account_id(),
                        .user_id = event.user_erased().user_id(),
                        .key_id = event.user_erased().key_id(),
                        .position = commit.position()});
  }
  return erasures;
}

std::vector<Erasure> ErasuresIn(const World& world) {
  std::vector<Erasure> erasures;
  world.Scan(Table::kErasures, "", "", [&](std::string_view key, std::string_view value) {
    view::v1::ErasureRow row;
    Decode(value, row);
    erasures.push_back({.account_id = row.account_id(),
                        .user_id = row.user_id(),
                        .key_id = TrailingPosition(key),
                        .position = row.position()});
    return true;
  });
  return erasures;
}

}  // namespace roster::domain
