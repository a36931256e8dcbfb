// The personal data of a commit: sealed before it is stored, opened after it was read.

#ifndef ROSTER_STORAGE_VAULT_SEALING_H_
#define ROSTER_STORAGE_VAULT_SEALING_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/status/status.h"
#include "domain/world/keys.h"
#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/vault/vault.h"

namespace roster::storage {

// Opens the personal data of a commit that was read from a log. Data whose key is destroyed stays
// closed. Errors as Vault::TryOpen.
absl::Status OpenPersonal(const Vault& vault, event::v1::Commit& commit);

// Seals the personal data of a commit that was decided in `world`: under the key of the user, or a
// new one for a new user. `preview`: under kPreviewKey, for a commit that is never stored. Errors
// as Vault::TakeKey and Vault::Seal.
absl::Status SealPersonal(Vault& vault, const domain::World& world, bool preview,
                          event::v1::Commit& commit);

// The most bytes that sealing adds to the record of a commit.
size_t SealingBytes(const event::v1::Commit& commit);

// Removes the personal data that is not sealed, so that the commit can be stored.
void ClearPersonal(event::v1::Commit& commit);

// The keys of a world into which a commit was folded whose personal data was just sealed. They
// return that data without opening it again: on the writer's thread each key costs a read of the
// vault and two decryptions. They ask `below`, which outlives them, for everything else.
// Thread-safe.
class SealedNow final : public domain::Keys {
 public:
  // Moves the data out of the commit.
  SealedNow(const domain::Keys& below, event::v1::Commit& commit);

  std::optional<event::v1::PersonalData> Open(std::string_view account_id, std::string_view user_id,
                                              const event::v1::SealedData& sealed) const override;

 private:
  struct Person {
    std::string user_id;
    KeyId key_id;
    event::v1::PersonalData personal;
  };

  const domain::Keys& below_;
  const std::string account_id_;
  std::unordered_map<std::string, Person> people_;  // by the bytes of the sealed data
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_VAULT_SEALING_H_
