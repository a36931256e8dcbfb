// First start: a new store with an operator token.

#ifndef ROSTER_SERVICES_INIT_H_
#define ROSTER_SERVICES_INIT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/store/store.h"

namespace roster::services {

// Makes a store in these places and returns the operator's token, which only its hash in the log
// remembers. ALREADY_EXISTS: there is a store already, or another thing in its place; nothing was
// changed.
absl::StatusOr<std::string> InitStore(const storage::StorePaths& paths, absl::Time now);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_INIT_H_
