#include "domain/user/person.h"

#include "domain/rows/codec.h"
#include "domain/rows/user_rows.h"

namespace roster::domain {

const std::string& PersonOf(const event::v1::Event& event) {
  return event.has_user_created() ? event.user_created().user_id() : event.user_updated().user_id();
}

absl::StatusOr<KeyId> KeyOf(const World& world, std::string_view account_id,
                            const event::v1::Event& event) {
  if (event.has_user_created()) return KeyId{0};
  const auto user = FindUser(world, account_id, PersonOf(event));
  if (!user) return absl::InternalError("personal data of an unknown user");
  return user->sealed().key_id();
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
