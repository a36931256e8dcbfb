// How a store comes to be: whole or not at all.

#ifndef ROSTER_STORAGE_STORE_CREATE_STORE_H_
#define ROSTER_STORAGE_STORE_CREATE_STORE_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/crypto/secret_key.h"
#include "storage/store/store.h"

namespace roster::storage {

// Creates a store where there is none, in a directory that is empty or not there. `read_key` reads
// the key-encryption key. `write` writes the parts: the log in UnfinishedLogDirectory, of one
// record at least, and closes it; then the vault, the checkpoint, and last the erasure list, if
// there is one. No start takes them for a store until CreateStore has given the log its name. What
// a crash or an error leaves is removed by the next CreateStore.
// Errors as InitStore, and those of the two functions.
absl::Status CreateStore(const StorePaths& paths,
                         absl::FunctionRef<absl::StatusOr<SecretKey>()> read_key,
                         absl::FunctionRef<absl::Status(const SecretKey&)> write);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_CREATE_STORE_H_
