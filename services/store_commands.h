// What the operator does to a store that no server has open.

#ifndef ROSTER_SERVICES_STORE_COMMANDS_H_
#define ROSTER_SERVICES_STORE_COMMANDS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/backup/restore.h"
#include "storage/store/store.h"

namespace roster::services {

// Creates a store at these paths and returns the operator's token. Nothing keeps the token: the log
// has its hash alone. ALREADY_EXISTS: there is a store, or a part of one; nothing was changed.
// Other errors as storage::InitStore.
absl::StatusOr<std::string> InitStore(const storage::StorePaths& paths, absl::Time now);

// Ends the operator's tokens, by events in the log. With `issue`, returns a new one, else an empty
// text. FAILED_PRECONDITION: another process has the store open. Other errors as
// storage::OpenStore.
absl::StatusOr<std::string> ReplaceOperatorToken(const storage::StorePaths& paths, bool issue,
                                                 absl::Time now);

// Gives the operator a token: into the file, of mode 0600, which is replaced, or on standard output
// where its path is empty. Errors as storage::ReplaceFile; they say how to make another.
absl::Status HandOver(const std::string& token, const std::string& token_file);

// Sets the clock of commits back to `now`, by an event in the log, and returns the time of the
// commit before. FAILED_PRECONDITION: that time is not after `now`, or another process has the
// store open. Other errors as storage::OpenStore.
absl::StatusOr<absl::Time> SetClockBack(const storage::StorePaths& paths, absl::Time now);

// What a restore made.
struct RestoredStore {
  storage::Restored store;
  // The operator's new token, which nothing keeps; empty: the old one was kept.
  std::string token;
};

// Restores a store, with a new operator token unless credentials are kept. Errors as
// storage::RestoreStore, which gets these options and the token's hash.
absl::StatusOr<RestoredStore> RestoreStore(storage::RestoreOptions options, bool keep_credentials);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_STORE_COMMANDS_H_
