// Purge: removes from the disk what was deleted from the views.

#include <rocksdb/convenience.h>
#include <rocksdb/metadata.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "domain/base/try.h"
#include "storage/base/rocksdb_status.h"
#include "storage/views/views_db.h"

namespace roster::storage {
namespace {

using domain::Table;

constexpr char kManifest[] = "MANIFEST-";
constexpr absl::Duration kPause = absl::Milliseconds(5);
constexpr uint64_t kFileBytes = 64 << 20;  // as RocksDB makes them

// What stays free beside a copy of the tables: RocksDB ends the process when a write finds the disk
// full.
constexpr uint64_t kSpareBytes = 64 << 20;

// The files of a table, their size, and the last level that has one.
struct TableFiles {
  std::vector<std::string> paths;
  uint64_t bytes = 0;
  int last_level = 0;
};

TableFiles FilesOf(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* table) {
  rocksdb::ColumnFamilyMetaData family;
  db.GetColumnFamilyMetaData(table, &family);
  TableFiles files;
  for (const rocksdb::LevelMetaData& level : family.levels) {
    for (const rocksdb::SstFileMetaData& file : level.files) {
      files.paths.push_back(file.db_path + "/" + file.name);
      files.bytes += file.size;
      files.last_level = level.level;
    }
  }
  return files;
}

}  // namespace

absl::Status ViewsDb::Purge(domain::Position position,
                            std::shared_ptr<const domain::ErasedUsers> erased) {
  left_rows_->Drop(std::move(erased));
  absl::Status purged = PurgeAll(position);
  left_rows_->Drop(nullptr);
  // Work that is cut off fails in its own way.
  if (!purged.ok() && purging_stops_.WaitFor(absl::ZeroDuration())) return Pause();
  return purged;
}

void ViewsDb::StopPurging() {
  purging_stops_.Set();
  // RocksDB has no other way to end CompactFiles, and flushes nothing after it. Its own flush
  // before that would wait until there are fewer files.
  Flush(/*wait=*/true).IgnoreError();
  rocksdb::CancelAllBackgroundWork(db_.get(), /*wait=*/false);
}

absl::Status ViewsDb::Pause() {
  if (!purging_stops_.WaitFor(kPause)) return absl::OkStatus();
  return absl::CancelledError("the purge of the views was stopped");
}

absl::Status ViewsDb::CheckSpaceToRewrite() const {
  uint64_t needed = kSpareBytes;
  for (const Table table : domain::kTables) {
    if (domain::IsPersonal(table)) needed += FilesOf(*db_, of(table)).bytes;
  }
  uint64_t free = 0;
  // A file system that can't tell is not a full one.
  if (!db_->GetEnv()->GetFreeSpace(options_.directory, &free).ok() || free >= needed) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(absl::StrCat("no space to purge the views: ", free >> 20,
                                                   " MiB are free, ", needed >> 20,
                                                   " MiB are needed"));
}

absl::Status ViewsDb::PurgeAll(domain::Position position) {
  const rocksdb::SequenceNumber erased = written_;
  ROSTER_TRY(Flush(/*wait=*/true));
  ROSTER_TRY(CheckSpaceToRewrite());
  // A compaction keeps the rows that a snapshot shows. Versions end with the call that reads them.
  uint64_t oldest = 0;
  while (db_->GetIntProperty(rocksdb::DB::Properties::kOldestSnapshotSequence, &oldest) &&
         oldest != 0 && oldest < erased) {
    ROSTER_TRY(Pause());
  }
  std::set<std::string> files = PersonalFiles();
  ROSTER_TRY(RewritePersonal(files));
  files.merge(Manifests());
  // A manifest begins with the files from before the change that made it, so the last one still has
  // those of the table that was rewritten last. One more change replaces it.
  ROSTER_TRY(WritePurged(position));
  // RocksDB removes files later, and scans keep those with which they began.
  for (const std::string& file : files) {
    while (db_->GetEnv()->FileExists(file).ok()) ROSTER_TRY(Pause());
  }
  return absl::OkStatus();
}

absl::Status ViewsDb::RewritePersonal(std::set<std::string>& rewritten) {
  for (const Table table : domain::kTables) {
    if (!domain::IsPersonal(table)) continue;
    ROSTER_TRY(Rewrite(of(table), rewritten));
  }
  return absl::OkStatus();
}

// Not with CompactRange, which flushes before it compacts. RocksDB before 8.1 chooses the tables of
// that flush while a commit is being written, so that a kill would leave some tables with the
// commit and others without it (facebook/rocksdb#11148).
absl::Status ViewsDb::Rewrite(rocksdb::ColumnFamilyHandle* table,
                              std::set<std::string>& rewritten) {
  rocksdb::CompactionOptions options;
  options.compression = rocksdb::kDisableCompressionOption;  // as in other files of the table
  options.output_file_size_limit = kFileBytes;
  options.max_subcompactions = 1;
  while (true) {
    TableFiles files = FilesOf(*db_, table);
    if (files.paths.empty()) return absl::OkStatus();
    const rocksdb::Status status =
        db_->CompactFiles(options, table, files.paths, std::max(1, files.last_level));
    // RocksDB may be compacting some of the files, or have done so since they were listed.
    if (!status.ok() && !status.IsAborted() && FilesOf(*db_, table).paths == files.paths) {
      return FromRocksDb(status, "purge the views");
    }
    for (std::string& path : files.paths) rewritten.insert(std::move(path));
    if (status.ok()) return absl::OkStatus();
    ROSTER_TRY(Pause());
  }
}

std::set<std::string> ViewsDb::PersonalFiles() const {
  std::set<std::string> files;
  for (const Table table : domain::kTables) {
    if (!domain::IsPersonal(table)) continue;
    for (std::string& path : FilesOf(*db_, of(table)).paths) files.insert(std::move(path));
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
