// The personal data of a commit: sealed before it is stored, opened after it was read.

#ifndef ROSTER_STORAGE_VAULT_SEALING_H_
#define ROSTER_STORAGE_VAULT_SEALING_H_

#include <cstddef>

#include "absl/status/status.h"
#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/vault/vault.h"

namespace roster::storage {

// Opens the personal data of a commit that was read from a log, as far as it is not forgotten.
// Errors as Vault::TryOpen.
absl::Status OpenPersonal(const Vault& vault, event::v1::Commit& commit);

// Seals the personal data of a commit that was decided in `world`: under the key of the user, or a
// new one for a new user. `preview`: under kPreviewKey, for a commit that is never stored. Errors
// as Vault::TakeKey and Vault::Seal.
absl::Status SealPersonal(Vault& vault, const domain::World& world, bool preview,
                          event::v1::Commit& commit);

// By how many bytes the record of a commit may be larger with its personal data sealed than with it
// opened.
size_t SealingBytes(const event::v1::Commit& commit);

// Removes what is opened, so that the commit can be stored.
void ClearPersonal(event::v1::Commit& commit);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_VAULT_SEALING_H_
