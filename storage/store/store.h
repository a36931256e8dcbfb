// A store as a whole: its parts, how it is created and how it is opened.
//
//   <directory>/log      the log, which can't be rebuilt from any other part
//   <directory>/views    the views, which can
//   <vault>              the keys of persons
//   <checkpoint>         how far the log had come, and beside it the erasure list
//
// FORMAT.md has them byte by byte.

#ifndef ROSTER_STORAGE_STORE_STORE_H_
#define ROSTER_STORAGE_STORE_STORE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/log/log.h"
#include "storage/store/eraser.h"
#include "storage/vault/vault.h"
#include "storage/views/views.h"

namespace rocksdb {
class Env;
}

namespace roster::storage {

// The paths of the parts of a store.
struct StorePaths {
  std::string directory;
  std::string vault;
  std::string key_encryption_key;  // as the source of ReadKeyEncryptionKey
  std::string checkpoint;

  // The paths beside the directory D: D.vault, D.kek, D.checkpoint.
  static StorePaths Beside(const std::string& directory);

  std::string erasure_list() const { return checkpoint + ".erased"; }
};

// Creates the directory (mode 0700) with a store in it whose log begins with these commits, and its
// vault, checkpoint and key-encryption key, with the folders that hold them (not those above). An
// existing key is used, and so is an empty directory, such as a mounted volume. The store is
// created whole or not at all: the next InitStore removes what a crash has left. ALREADY_EXISTS:
// there is a store, or the vault or checkpoint of one. FAILED_PRECONDITION: the directory holds
// something else, or another process is creating a store in it. INVALID_ARGUMENT: a commit that the
// log refuses. Other errors are those of the file system.
absl::Status InitStore(const StorePaths& paths, std::vector<event::v1::Commit> first);

// Whether there is a store, whole or damaged.
bool HasStore(const StorePaths& paths);

struct StoreOptions {
  StorePaths paths;
  size_t cache_bytes = ViewsOptions().cache_bytes;
  bool compression = true;                               // of the views
  std::function<void(std::string_view what)> on_damage;  // as in ViewsOptions and VaultOptions
  // As in EraserOptions.
  absl::Duration purge_after = EraserOptions().purge_after;
  std::function<void(const absl::Status&)> on_failure;
  // Called when the checkpoint could not be written. It is tried again.
  std::function<void(const absl::Status&)> on_late_checkpoint;
  // The file system; null: the system's. Outlives the store. The key-encryption key, the lock of
  // the directory and its disk space are the system's in any case.
  rocksdb::Env* env = nullptr;
};

// Thread-safe as far as its parts are.
class Store {
 public:
  virtual ~Store() = default;

  virtual Log& log() = 0;
  virtual Views& views() = 0;
  virtual Vault& vault() = 0;
  virtual Eraser& eraser() = 0;
  // A key for one purpose, the same after a restart.
  virtual SecretKey KeyFor(std::string_view purpose) const = 0;
};

// Opens a store. Its views are at the head of the log then, and the key of every erased user is
// destroyed; those who are not purged yet are purged in the background. `say` as for OpenViews.
// Until all checks have passed, it changes nothing but views that can't be used. NOT_FOUND: there
// is no store, or its vault, checkpoint or key-encryption key is missing. DATA_LOSS: a part is
// damaged, or records or keys are missing. FAILED_PRECONDITION: another process has it open, a part
// belongs to another store, another user owns the store, or a newer version wrote it.
// RESOURCE_EXHAUSTED: a disk is full. Messages say what to do.
absl::StatusOr<std::unique_ptr<Store>> OpenStore(const StoreOptions& options,
                                                 const std::function<void(std::string_view)>& say);

// Reads the whole store and changes nothing: the chain of the log, its checkpoint, and every key.
// Errors as OpenStore.
absl::Status VerifyStore(const StorePaths& paths);

// Appends a commit to a store that is not open, made from its log as it is. For facts of the whole
// installation that need no decision. Errors as OpenStore, and those of `make`.
absl::Status AppendToStore(
    const StorePaths& paths,
    const std::function<absl::StatusOr<event::v1::Commit>(const Log& log)>& make);

// Writes the lost checkpoint of a store, from the log as it is. Only for a log that is known to be
// whole. ALREADY_EXISTS: there is a checkpoint. Other errors as OpenStore.
absl::Status WriteLostCheckpoint(const StorePaths& paths);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_STORE_H_
