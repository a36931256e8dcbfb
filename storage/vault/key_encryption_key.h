// The key-encryption key: the secret that opens the vault. It is kept apart from vault and store,
// in a file or in an environment variable.

#ifndef ROSTER_STORAGE_VAULT_KEY_ENCRYPTION_KEY_H_
#define ROSTER_STORAGE_VAULT_KEY_ENCRYPTION_KEY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/crypto/secret_key.h"

namespace roster::storage {

// Reads the key. `source`: `env:NAME` names an environment variable, anything else is the path of a
// file. Its content is 64 hexadecimal digits.
//
// NOT_FOUND: there is no key. FAILED_PRECONDITION: others may read the file (CheckSecretFile), or
// its content is not a key. Messages name the source, never its content.
absl::StatusOr<SecretKey> ReadKeyEncryptionKey(const std::string& source);

// Creates a file with a new key (mode 0600), durably. ALREADY_EXISTS: there is one.
// INVALID_ARGUMENT: the source is an environment variable.
absl::Status CreateKeyEncryptionKey(const std::string& source);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_VAULT_KEY_ENCRYPTION_KEY_H_
