// The views on disk: a RocksDB directory of its own, without a write-ahead log. Derived from the
// log; dropped and rebuilt whenever they are missing, damaged, ahead of the log or of another log,
// never repaired.

#ifndef ROSTER_STORAGE_VIEWS_VIEWS_H_
#define ROSTER_STORAGE_VIEWS_VIEWS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/world/overlay.h"
#include "domain/world/world.h"
#include "storage/base/store_stats.h"
#include "storage/log/log.h"
#include "storage/vault/vault.h"

namespace rocksdb {
class Env;
}

namespace roster::storage {

// A published version of the views: a world that never changes. Thread-safe; shared by all readers.
using Version = std::shared_ptr<const domain::World>;

// Raised whenever a fold makes other rows of the same log, or a table is added: views of another
// version are rebuilt.
inline constexpr uint32_t kViewVersion = 5;

// With the version of the rules of text, by which rows of search have their keys.
std::string ViewVersion();

struct ViewsOptions {
  std::string directory;           // its parent exists
  rocksdb::Env* env = nullptr;     // where the files are; null: the system's; outlives the views
  size_t cache_bytes = 256 << 20;  // block cache and memtables together
  bool compression = true;         // off for those who look into the files
  // Views are flushed after this many commits, which bounds the tail that a start folds.
  Position flush_commits = 50'000;
  // Whether all tables are read and their checksums compared before the views are used. Views that
  // fail it are rebuilt.
  bool check_tables = true;
  // Called when a row can't be read: the views are damaged. They are marked, so that the next start
  // rebuilds them; the handler must end the process, for a reader must not take a damaged row for a
  // missing one.
  std::function<void(std::string_view what)> on_damage;
};

// Thread-safe. Latest may be called from any thread; Apply from one at a time. What is applied is
// durable when the views are destroyed; the directory is free for others once the last version is
// let go too.
class Views {
 public:
  virtual ~Views() = default;

  // The newest version.
  virtual Version Latest() const = 0;

  // Makes the changes part of the views and returns the version with them; Latest is that one from
  // now on. On an error the outcome is unknown and the views must not be used any more.
  virtual absl::StatusOr<Version> Apply(const domain::Changes& changes) = 0;

  // Makes what is deleted from the tables of personal data leave the disk. Waits for readers of
  // older versions. Not on the thread of Apply: that goes on meanwhile.
  virtual absl::Status Purge() = 0;

  // For metrics; all 0 where there are no files.
  virtual StoreStats stats() const { return {}; }
};

// Opens the views and folds what the log has and they have not. `say` gets a line for people when
// views are dropped and why, and how many commits were folded. DATA_LOSS: the log or the vault is
// damaged. FAILED_PRECONDITION: the log has an event that this version does not know, or another
// process has the directory. RESOURCE_EXHAUSTED, INTERNAL: of the directory. The vault outlives the
// views and all their versions.
absl::StatusOr<std::unique_ptr<Views>> OpenViews(const ViewsOptions& options, const Log& log,
                                                 const Vault& vault,
                                                 const std::function<void(std::string_view)>& say);

// Folds the commits of the log after `views` up to its head into the views. Errors as for
// OpenViews.
absl::Status CatchUp(Views& views, const Log& log, const Vault& vault);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_VIEWS_VIEWS_H_
