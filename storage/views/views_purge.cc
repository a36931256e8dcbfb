// Purge: removes from the disk what was deleted from the views.

#include <rocksdb/write_batch.h>

#include <iterator>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "domain/base/try.h"
#include "storage/base/rocksdb_status.h"
#include "storage/views/views_db.h"

namespace roster::storage {
namespace {

using domain::Table;

constexpr char kPurgedKey[] = "purged";
constexpr char kManifest[] = "MANIFEST-";
constexpr absl::Duration kPause = absl::Milliseconds(5);

}  // namespace

absl::Status ViewsDb::Purge() {
  const rocksdb::SequenceNumber erased = written_;
  ROSTER_TRY(Flush(/*wait=*/true));
  // A compaction keeps the rows that a snapshot shows. Versions end with the call that reads them.
  uint64_t oldest = 0;
  while (db_->GetIntProperty(rocksdb::DB::Properties::kOldestSnapshotSequence, &oldest) &&
         oldest != 0 && oldest < erased) {
    absl::SleepFor(kPause);
  }
  std::set<std::string> files = PersonalFiles();
  ROSTER_TRY(RewritePersonal());
  for (const std::string& file : PersonalFiles()) files.erase(file);
  files.merge(Manifests());
  // A manifest begins with the files from before the change that made it, so the last one still has
  // those of the table that was rewritten last. One more change replaces it.
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  const rocksdb::Status written = db_->Put(options, kPurgedKey, "");
  if (!written.ok()) return FromRocksDb(written, "purge the views");
  ROSTER_TRY(Flush(/*wait=*/true));
  // RocksDB removes files later, and scans keep those with which they began.
  for (const std::string& file : files) {
    while (db_->GetEnv()->FileExists(file).ok()) absl::SleepFor(kPause);
  }
  return absl::OkStatus();
}

absl::Status ViewsDb::RewritePersonal() {
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  for (const Table table : domain::kTables) {
    if (!domain::IsPersonal(table)) continue;
    const rocksdb::Status status = db_->CompactRange(options, of(table), nullptr, nullptr);
    if (!status.ok()) return FromRocksDb(status, "purge the views");
  }
  return absl::OkStatus();
}

std::set<std::string> ViewsDb::PersonalFiles() const {
  std::set<std::string> files;
  for (const Table table : domain::kTables) {
    if (!domain::IsPersonal(table)) continue;
    rocksdb::ColumnFamilyMetaData family;
    db_->GetColumnFamilyMetaData(of(table), &family);
    for (const rocksdb::LevelMetaData& level : family.levels) {
      for (const rocksdb::SstFileMetaData& file : level.files) {
        files.insert(file.db_path + "/" + file.name);
      }
    }
  }
  return files;
}

std::set<std::string> ViewsDb::Manifests() const {
  std::vector<std::string> names;
  db_->GetEnv()->GetChildren(options_.directory, &names).PermitUncheckedError();
  std::set<std::string> manifests;
  for (const std::string& name : names) {
    if (name.compare(0, std::size(kManifest) - 1, kManifest) == 0) {
      manifests.insert(options_.directory + "/" + name);
    }
  }
  return manifests;
}

}  // namespace roster::storage
