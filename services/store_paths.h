// Where the parts of the store are, as the command line says.

#ifndef ROSTER_SERVICES_STORE_PATHS_H_
#define ROSTER_SERVICES_STORE_PATHS_H_

#include "services/options.h"
#include "storage/store/store.h"

namespace roster::services {

inline storage::StorePlaces PlacesOf(const Options& options) {
  storage::StorePlaces places = storage::StorePlaces::Beside(options.data_dir);
  if (!options.key_vault.empty()) places.vault = options.key_vault;
  if (!options.key_encryption_key.empty()) places.key_encryption_key = options.key_encryption_key;
  if (!options.checkpoint.empty()) places.checkpoint = options.checkpoint;
  return places;
}

}  // namespace roster::services

#endif  // ROSTER_SERVICES_STORE_PATHS_H_
