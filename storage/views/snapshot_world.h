// A world that reads the views on disk, as they are at a snapshot.

#ifndef ROSTER_STORAGE_VIEWS_SNAPSHOT_WORLD_H_
#define ROSTER_STORAGE_VIEWS_SNAPSHOT_WORLD_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "domain/world/world.h"
#include "storage/views/views_db.h"

namespace roster::storage {

// Thread-safe. The keys outlive it.
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

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_VIEWS_SNAPSHOT_WORLD_H_
