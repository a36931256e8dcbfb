// The RocksDB directory of the views: its tables, its identity, and the reading of its rows.

#ifndef ROSTER_STORAGE_VIEWS_VIEWS_DB_H_
#define ROSTER_STORAGE_VIEWS_VIEWS_DB_H_

#include <rocksdb/db.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/world/overlay.h"
#include "domain/world/world.h"
#include "storage/base/rocksdb_stats.h"
#include "storage/base/stop_signal.h"
#include "storage/views/left_rows.h"
#include "storage/views/views.h"

namespace roster::storage {

// An open directory. Thread-safe, but Write may be called from one thread at a time. The directory
// stays open and locked as long as a version of it is in use.
class ViewsDb {
 public:
  // The log and position of the directory's rows.
  struct Identity {
    std::string log_id;
    std::string view_version;
    domain::Position position = 0;
    domain::Position purged = 0;  // nothing is left of users erased up to there
  };

  // Opens the directory, or creates it when it is missing.
  // FAILED_PRECONDITION: another process has it open. Any other error: it can't be used.
  static absl::StatusOr<std::unique_ptr<ViewsDb>> Open(const ViewsOptions& options);
  ~ViewsDb();
  ViewsDb(const ViewsDb&) = delete;
  ViewsDb& operator=(const ViewsDb&) = delete;

  // Nothing: it can't be read, or is incomplete.
  std::optional<Identity> ReadIdentity() const;

  // Writes the identity of new views: this log, position 0. `purged`: no key of a user erased up to
  // there is left, so that nothing of them will be folded.
  absl::Status WriteIdentity(std::string_view log_id, domain::Position purged);

  // Writes the rows and the position, all or nothing; durable after the next flush.
  absl::Status Write(const domain::Changes& changes);

  // Makes all that was written durable, atomically for all tables. `wait`: before it returns.
  absl::Status Flush(bool wait);

  // Rewrites the tables of personal data without the deleted rows and without those that erased
  // users left behind, once no version shows them any more. Returns when the files that had them
  // are gone. `position`: `erased` has all who were erased up to there. Errors as Views::Purge.
  absl::Status Purge(domain::Position position, std::shared_ptr<const domain::ErasedUsers> erased);
  // As Views::StopPurging.
  void StopPurging();

  StoreStats stats() const { return StatsOf(*db_); }

  const rocksdb::Snapshot* TakeSnapshot() const { return db_->GetSnapshot(); }
  void Release(const rocksdb::Snapshot* snapshot) const { db_->ReleaseSnapshot(snapshot); }

  // As domain::World, at a snapshot.
  std::optional<std::string> Get(const rocksdb::Snapshot* snapshot, domain::Table table,
                                 std::string_view key) const;
  void Scan(const rocksdb::Snapshot* snapshot, domain::Table table, std::string_view prefix,
            std::string_view after, domain::Direction direction,
            domain::World::Visitor visit) const;

 private:
  explicit ViewsDb(const ViewsOptions& options) : options_(options) {}

  rocksdb::ColumnFamilyHandle* of(domain::Table table) const {
    return tables_[static_cast<size_t>(table)];
  }
  absl::Status PurgeAll(domain::Position position);
  // Notes, durably, that nothing is left of users erased up to the position.
  absl::Status WritePurged(domain::Position position);
  // RESOURCE_EXHAUSTED: the disk has no space for a copy of the tables of personal data.
  absl::Status CheckSpaceToRewrite() const;
  // Waits a little, for something that is looked at again then. CANCELLED: StopPurging was called.
  absl::Status Pause();
  // Compacts the tables of personal data, for Purge. Adds the paths of the files that go.
  absl::Status RewritePersonal(std::set<std::string>& rewritten);
  absl::Status Rewrite(rocksdb::ColumnFamilyHandle* table, std::set<std::string>& rewritten);
  // The paths of the files that hold those tables now.
  std::set<std::string> PersonalFiles() const;
  // The paths of all manifests, also of old ones that RocksDB has not removed yet.
  std::set<std::string> Manifests() const;
  // Marks the views as damaged and ends the process.
  [[noreturn]] void Damaged(domain::Table table, const rocksdb::Status& status) const;

  const ViewsOptions options_;
  std::unique_ptr<rocksdb::DB> db_;
  // The sequence number of the last Write. Versions taken since then show its changes. The
  // write of Purge does not count.
  std::atomic<rocksdb::SequenceNumber> written_ = 0;
  const std::shared_ptr<LeftRows> left_rows_ = std::make_shared<LeftRows>();
  StopSignal purging_stops_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;  // the default one first, then the tables
  std::array<rocksdb::ColumnFamilyHandle*, domain::kTableCount> tables_{};
};

// The file that marks the views as damaged.
inline std::string DamagedMarker(const ViewsOptions& options) {
  return options.directory + "/DAMAGED";
}

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_VIEWS_VIEWS_DB_H_
