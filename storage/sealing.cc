#include "storage/sealing.h"

#include <algorithm>
#include <optional>
#include <string>

#include "domain/rows.h"
#include "storage/aead.h"

namespace roster::storage {
namespace {

using event::v1::Commit;
using event::v1::Event;
using event::v1::PersonalData;

absl::StatusOr<KeyId> KeyFor(Vault& vault, const domain::World& world,
                             const std::string& account_id, const Event& event, bool preview) {
  if (preview) return kPreviewKey;
  if (event.has_user_created()) return vault.TakeKey();
  const auto user = domain::FindUser(world, account_id, PersonOf(event));
  if (!user) return absl::InternalError("personal data of an unknown user");
  return user->sealed().key_id();
}

}  // namespace

const std::string& PersonOf(const Event& event) {
  return event.has_user_created() ? event.user_created().user_id() : event.user_updated().user_id();
}

absl::Status OpenPersonal(const Vault& vault, Commit& commit) {
  for (Event& event : *commit.mutable_events()) {
    if (!event.has_sealed()) continue;
    absl::StatusOr<std::optional<PersonalData>> opened =
        vault.TryOpen(commit.account_id(), PersonOf(event), event.sealed());
    if (!opened.ok()) return opened.status();
    if (*opened) *event.mutable_personal() = **std::move(opened);
  }
  return absl::OkStatus();
}

absl::Status SealPersonal(Vault& vault, const domain::World& world, bool preview, Commit& commit) {
  for (Event& event : *commit.mutable_events()) {
    if (!event.has_personal()) continue;
    const absl::StatusOr<KeyId> key_id = KeyFor(vault, world, commit.account_id(), event, preview);
    if (!key_id.ok()) return key_id.status();
    auto sealed = vault.Seal(commit.account_id(), PersonOf(event), event.personal(), *key_id);
    if (!sealed.ok()) return sealed.status();
    *event.mutable_sealed() = *std::move(sealed);
  }
  return absl::OkStatus();
}

size_t SealingBytes(const Commit& commit) {
  // Number of the key, 1 + 10, tag and length of the bytes, 1 + 3, and what their length adds to
  // those of the messages around them, 1 + 1.
  constexpr size_t kSealingBytes = kSealBytes + 17;
  return kSealingBytes * std::count_if(commit.events().begin(), commit.events().end(),
                                       [](const Event& event) { return event.has_personal(); });
}

void ClearPersonal(Commit& commit) {
  for (Event& event : *commit.mutable_events()) event.clear_personal();
}

}  // namespace roster::storage
