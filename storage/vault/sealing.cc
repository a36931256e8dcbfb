#include "storage/vault/sealing.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "domain/base/try.h"
#include "domain/subjects.h"
#include "storage/crypto/aead.h"

namespace roster::storage {
namespace {

using event::v1::Commit;
using event::v1::Event;
using event::v1::PersonalData;

// Whose personal data the event has. INTERNAL: the event is of a kind that has none, a broken
// decision.
absl::StatusOr<domain::Person> OwnerOf(const Event& event) {
  auto person = domain::PersonOf(event);
  if (!person) return absl::InternalError("personal data in an event of no person");
  return *std::move(person);
}

// A new person gets a new key.
absl::StatusOr<KeyId> KeyFor(Vault& vault, const domain::World& world,
                             const std::string& account_id, const domain::Person& person) {
  const absl::StatusOr<KeyId> key_id = domain::KeyOf(world, account_id, person);
  return key_id.ok() && *key_id == 0 ? vault.TakeKey() : key_id;
}

}  // namespace

absl::Status OpenPersonal(const Vault& vault, Commit& commit) {
  for (Event& event : *commit.mutable_events()) {
    if (!event.has_sealed()) continue;
    ROSTER_ASSIGN(const domain::Person person, OwnerOf(event));
    ROSTER_ASSIGN(std::optional<PersonalData> opened,
                  vault.TryOpen(commit.account_id(), person.user_id, event.sealed()));
    if (opened) *event.mutable_personal() = *std::move(opened);
  }
  return absl::OkStatus();
}

absl::Status SealPersonal(Vault& vault, const domain::World& world, bool preview, Commit& commit) {
  for (Event& event : *commit.mutable_events()) {
    if (!event.has_personal()) continue;
    ROSTER_ASSIGN(const domain::Person person, OwnerOf(event));
    ROSTER_ASSIGN(const KeyId key_id,
                  preview ? kPreviewKey : KeyFor(vault, world, commit.account_id(), person));
    ROSTER_ASSIGN(auto sealed,
                  vault.Seal(commit.account_id(), person.user_id, event.personal(), key_id));
    *event.mutable_sealed() = std::move(sealed);
  }
  return absl::OkStatus();
}

size_t SealingBytes(const Commit& commit) {
  // The number of the key takes 1 + 10 bytes, tag and length of the sealed bytes 1 + 3, and the
  // lengths of the two messages around them grow by 1 each.
  constexpr size_t kSealingBytes = kSealBytes + 17;
  return kSealingBytes * std::count_if(commit.events().begin(), commit.events().end(),
                                       [](const Event& event) { return event.has_personal(); });
}

void ClearPersonal(Commit& commit) {
  for (Event& event : *commit.mutable_events()) event.clear_personal();
}

SealedNow::SealedNow(const domain::Keys& below, Commit& commit)
    : below_(below), account_id_(commit.account_id()) {
  for (Event& event : *commit.mutable_events()) {
    if (!event.has_personal()) continue;
    const auto person = OwnerOf(event);
    if (!person.ok()) continue;  // SealPersonal has refused it
    people_.emplace(event.sealed().bytes(), Person{person->user_id, event.sealed().key_id(),
                                                   std::move(*event.mutable_personal())});
  }
}

std::optional<PersonalData> SealedNow::Open(std::string_view account_id, std::string_view user_id,
                                            const event::v1::SealedData& sealed) const {
  const auto found = people_.find(sealed.bytes());
  // The same bytes under another name or key are damage, which the vault tells.
  if (found == people_.end() || account_id != account_id_ || user_id != found->second.user_id ||
      sealed.key_id() != found->second.key_id) {
    return below_.Open(account_id, user_id, sealed);
  }
  return found->second.personal;
}

}  // namespace roster::storage
