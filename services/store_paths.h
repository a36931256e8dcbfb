// The paths of the store, from the options of the command line.

#ifndef ROSTER_SERVICES_STORE_PATHS_H_
#define ROSTER_SERVICES_STORE_PATHS_H_

#include "services/options.h"
#include "storage/store/store.h"

namespace roster::services {

// Beside the data directory, where no option says otherwise.
inline storage::StorePaths StorePathsOf(const Options& options) {
  storage::StorePaths paths = storage::StorePaths::Beside(options.data_dir);
  if (!options.key_vault.empty()) paths.vault = options.key_vault;
  if (!options.key_encryption_key.empty()) paths.key_encryption_key = options.key_encryption_key;
  if (!options.checkpoint.empty()) paths.checkpoint = options.checkpoint;
  return paths;
}

}  // namespace roster::services

#endif  // ROSTER_SERVICES_STORE_PATHS_H_
