#include "storage/views/views.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "domain/text/text.h"
#include "domain/user/list/search.h"
#include "storage/base/file.h"
#include "storage/base/mutex.h"
#include "storage/views/views_db.h"

namespace roster::storage {
namespace {

// The views at a snapshot.
class SnapshotWorld final : public domain::World {
 public:
  SnapshotWorld(std::shared_ptr<const ViewsDb> db, const domain::Keys& keys, Position position)
      : db_(std::move(db)), keys_(keys), snapshot_(db_->TakeSnapshot()), position_(position) {}
  ~SnapshotWorld() override { db_->Release(snapshot_); }
  SnapshotWorld(const SnapshotWorld&) = delete;
  SnapshotWorld& operator=(const SnapshotWorld&) = delete;

  Position position() const override { return position_; }
  const domain::Keys& keys() const override { return keys_; }

  std::optional<std::string> GetRaw(domain::Table table, std::string_view key) const override {
    return db_->Get(snapshot_, table, key);
  }

  void ScanRaw(domain::Table table, std::string_view prefix, std::string_view after,
               domain::Direction direction, Visitor visit) const override {
    db_->Scan(snapshot_, table, prefix, after, direction, visit);
  }

 private:
  const std::shared_ptr<const ViewsDb> db_;  // outlives the snapshot
  const domain::Keys& keys_;
  const rocksdb::Snapshot* const snapshot_;
  const Position position_;
};

class RocksDbViews final : public Views {
 public:
  RocksDbViews(std::unique_ptr<ViewsDb> db, const domain::Keys& keys, Position position,
               Position flush_commits)
      : db_(std::move(db)),
        keys_(keys),
        flush_commits_(flush_commits),
        flushed_(position),
        latest_(std::make_shared<SnapshotWorld>(db_, keys, position)) {}

  // If the flush fails, the next start has more commits to fold.
  ~RocksDbViews() override { db_->Flush(/*wait=*/true).IgnoreError(); }

  Version Latest() const override {
    const MutexLock lock(mutex_);
    return latest_;
  }

  absl::StatusOr<Version> Apply(const domain::Changes& changes) override;

  absl::Status Purge() override;
  void StopPurging() override { db_->StopPurging(); }

  StoreStats stats() const override { return db_->stats(); }

 private:
  const std::shared_ptr<ViewsDb> db_;
  const domain::Keys& keys_;
  const Position flush_commits_;
  Position flushed_;  // position at which a flush was last asked for
  mutable Mutex mutex_;
  Version latest_ ABSL_GUARDED_BY(mutex_);
};

absl::StatusOr<Version> RocksDbViews::Apply(const domain::Changes& changes) {
  ROSTER_TRY(db_->Write(changes));
  Version version = std::make_shared<SnapshotWorld>(db_, keys_, changes.position);
  Version previous = version;
  {
    const MutexLock lock(mutex_);
    latest_.swap(previous);
  }
  // The snapshot of `previous` is released here, without the lock that readers take.
  previous.reset();
  if (changes.position - flushed_ >= flush_commits_) {
    ROSTER_TRY(db_->Flush(/*wait=*/false));
    flushed_ = changes.position;
  }
  return version;
}

absl::Status RocksDbViews::Purge() {
  Version now = Latest();
  const Position position = now->position();
  auto erased = std::make_shared<const domain::ErasedUsers>(*now);
  now.reset();  // the purge waits for older versions
  return db_->Purge(position, std::move(erased));
}

// Why views that could be opened are dropped. Empty: they are not.
std::string WhyUseless(const ViewsDb& db, const ViewsOptions& options, const Log& log) {
  if (Exists(DamagedMarker(options), options.env)) {
    return "they are marked as damaged";
  }
  const std::optional<ViewsDb::Identity> identity = db.ReadIdentity();
  if (!identity) return "they are incomplete";
  if (identity->view_version != ViewVersion()) return "another version made them";
  if (identity->log_id != log.id()) return "they belong to another log";
  if (identity->position > log.head()) {
    return absl::StrCat("they are at position ", identity->position, ", the log only at ",
                        log.head());
  }
  if (identity->purged < options.purged) {
    return "they are an older copy, made before erased users were purged from them";
  }
  return "";
}

absl::StatusOr<std::unique_ptr<Views>> Create(const ViewsOptions& options, const Log& log,
                                              const Vault& vault) {
  ROSTER_ASSIGN(std::unique_ptr<ViewsDb> db, ViewsDb::Open(options));
  ROSTER_TRY(db->WriteIdentity(log.id(), options.purged));
  return std::make_unique<RocksDbViews>(std::move(db), vault, 0, options.flush_commits);
}

// The views as they are, or new ones.
absl::StatusOr<std::unique_ptr<Views>> OpenOrCreate(
    const ViewsOptions& options, const Log& log, const Vault& vault,
    const std::function<void(std::string_view)>& say) {
  if (!Exists(options.directory, options.env)) {
    say("views: there are none, building them");
    return Create(options, log, vault);
  }
  // Opened even if they are marked as damaged, because views of a running process must not be
  // dropped.
  absl::StatusOr<std::unique_ptr<ViewsDb>> db = ViewsDb::Open(options);
  if (absl::IsFailedPrecondition(db.status())) return db.status();
  const std::string why = db.ok() ? WhyUseless(**db, options, log) : db.status().ToString();
  if (why.empty()) {
    const Position position = (*db)->ReadIdentity()->position;
    return std::make_unique<RocksDbViews>(*std::move(db), vault, position, options.flush_commits);
  }
  if (db.ok()) db->reset();  // closes the directory
  say(absl::StrCat("views: dropped, ", why, "; building them anew"));
  ROSTER_TRY(RemoveFiles(options.directory, options.env));
  return Create(options, log, vault);
}

}  // namespace

std::string ViewVersion() { return absl::StrCat(kViewVersion, "/", domain::TextVersion()); }

absl::StatusOr<std::unique_ptr<Views>> OpenViews(const ViewsOptions& options, const Log& log,
                                                 const Vault& vault,
                                                 const std::function<void(std::string_view)>& say) {
  ROSTER_ASSIGN(std::unique_ptr<Views> views, OpenOrCreate(options, log, vault, say));
  const Position before = views->Latest()->position();
  ROSTER_TRY(CatchUp(*views, log, vault));
  const Position after = views->Latest()->position();
  if (after > before) {
    say(absl::StrCat("views: folded ", after - before, " commits, now at position ", after));
  }
  return views;
}

}  // namespace roster::storage
