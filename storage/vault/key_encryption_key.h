// The key-encryption key: the one secret that opens the vault. Kept apart from vault and store, in
// a file or in the environment.

#ifndef ROSTER_STORAGE_VAULT_KEY_ENCRYPTION_KEY_H_
#define ROSTER_STORAGE_VAULT_KEY_ENCRYPTION_KEY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/crypto/secret_key.h"

namespace roster::storage {

// Where the key is: `env:NAME` for an environment variable, anything else is the path of a file.
// Either holds 64 hexadecimal digits.
//
// NOT_FOUND: there is none. FAILED_PRECONDITION: others than the owner may read the file, or it
// does not hold a key. Messages name the place, never what it holds.
absl::StatusOr<SecretKey> ReadKeyEncryptionKey(const std::string& place);

// Makes a new key in a file (mode 0600), durably. ALREADY_EXISTS: there is one. INVALID_ARGUMENT:
// the place is not a file.
absl::Status CreateKeyEncryptionKey(const std::string& place);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_VAULT_KEY_ENCRYPTION_KEY_H_
