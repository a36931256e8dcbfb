// The views on disk: the tables of the world in a RocksDB directory of their own, without a
// write-ahead log. They are derived from the log. If they are missing, damaged, ahead of the log,
// of another log or of another view version, they are dropped and rebuilt, never repaired.

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

// To be raised when a fold makes other rows of the same log, when a table is added, or when views
// on disk may be wrong. Views whose ViewVersion is another are rebuilt.
inline constexpr uint32_t kViewVersion = 9;

// kViewVersion and the version of the text rules, which make the keys of search rows.
std::string ViewVersion();

struct ViewsOptions {
  std::string directory;           // its parent exists
  rocksdb::Env* env = nullptr;     // the file system; null: the system's; outlives the views
  size_t cache_bytes = 256 << 20;  // block cache and memtables together
  bool compression = true;         // off where tests search the files for plain text
  // Views are flushed after this many commits, which limits how many a start has to fold.
  Position flush_commits = 50'000;
  // Whether the checksums of all tables are checked before the views are used. Views that fail are
  // rebuilt.
  bool check_tables = true;
  // Views that were last purged before this position are dropped, because they may hold plain text
  // of users erased up to it: they are an older copy. 0: none are.
  Position purged = 0;
  // Called when a row can't be read: the views are damaged, and marked for the next start to
  // rebuild them. Must end the process, because a reader must not take a damaged row for a missing
  // one.
  std::function<void(std::string_view what)> on_damage;
};

// Thread-safe, but Apply may be called from one thread at a time. Changes are durable when the
// views are destroyed. The directory is locked until the last version is destroyed too.
class Views {
 public:
  virtual ~Views() = default;

  // The newest version.
  virtual Version Latest() const = 0;

  // Applies the changes and returns the version with them, which is Latest from now on. After an
  // error the outcome is unknown, and the views must not be used any more.
  virtual absl::StatusOr<Version> Apply(const domain::Changes& changes) = 0;

  // Removes from the disk what was deleted from the tables of personal data and what erased users
  // left in them, and notes on it up to which position. Waits until readers have destroyed their
  // older versions. Not to be called on the thread of Apply, which goes on meanwhile. CANCELLED:
  // StopPurging was called. RESOURCE_EXHAUSTED: the disk has no space for it; nothing was changed.
  virtual absl::Status Purge() = 0;

  // Ends a purge that is under way, soon, and every later one at once. Nothing may be applied after
  // it: the views are about to be destroyed.
  virtual void StopPurging() {}

  // For metrics; all 0 in views without files.
  virtual StoreStats stats() const { return {}; }
};

// Opens the views and folds the commits of the log that they lack. `say` gets a line of text when
// views are dropped, with the reason, and one with the number of commits folded. DATA_LOSS: the log
// or the vault is damaged. FAILED_PRECONDITION: the log has an event that this version does not
// know, or another process has the directory. RESOURCE_EXHAUSTED, INTERNAL: errors of the
// directory. The vault outlives the views and all their versions.
absl::StatusOr<std::unique_ptr<Views>> OpenViews(const ViewsOptions& options, const Log& log,
                                                 const Vault& vault,
                                                 const std::function<void(std::string_view)>& say);

// Folds the commits after the position of the views, up to the head of the log, into the views.
// Errors as OpenViews.
absl::Status CatchUp(Views& views, const Log& log, const Vault& vault);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_VIEWS_VIEWS_H_
