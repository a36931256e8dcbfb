// The first start of an installation: a new store with an operator token.

#ifndef ROSTER_SERVICES_INIT_H_
#define ROSTER_SERVICES_INIT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/store/store.h"

namespace roster::services {

// Creates a store at these paths and returns the operator's token. Nothing keeps the token: the log
// has its hash alone. ALREADY_EXISTS: there is a store, or a part of one; nothing was changed.
// Other errors as storage::InitStore.
absl::StatusOr<std::string> InitStore(const storage::StorePaths& paths, absl::Time now);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_INIT_H_
