// The paths of the store, from the options of the command line.

#ifndef ROSTER_SERVICES_STORE_PATHS_H_
#define ROSTER_SERVICES_STORE_PATHS_H_

#include "absl/status/status.h"
#include "services/options.h"
#include "storage/store/store.h"

namespace roster::services {

// What no option names lies beside the data directory D (D.vault, D.kek, D.checkpoint). Of a store
// directory S the data lie in S/data, the vault is S/vault/keys, the checkpoint
// S/checkpoint/position, and the key-encryption key lies beside it (S.kek), so that a copy of S
// alone opens nothing.
storage::StorePaths StorePathsOf(const Options& options);

// Whether a new store may lie at these paths. FAILED_PRECONDITION: a part that no option names
// would lie beside a mount point. That is another file system, which may be gone with the container
// while the volume stays.
absl::Status CheckStorePaths(const Options& options);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_STORE_PATHS_H_
