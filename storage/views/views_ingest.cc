// Ingest: writes many rows as files that RocksDB takes in as they are.

#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "storage/base/file.h"
#include "storage/base/rocksdb_status.h"
#include "storage/views/views_db.h"

namespace roster::storage {
namespace {

using domain::Table;

// What is left of a table's changes, each made over those before them: every changed row once, in
// the order of keys.
class MergedRows {
 public:
  using Row = domain::TableChanges::Rows::value_type;

  explicit MergedRows(const std::vector<const domain::TableChanges*>& changes) {
    // From the last on: what is dropped is dropped of those before.
    for (size_t age = 0; age < changes.size(); ++age) {
      const domain::TableChanges& rows = *changes[changes.size() - 1 - age];
      sources_.push_back({rows.rows.lower_bound(dropped_below_), rows.rows.end(), age});
      dropped_below_ = std::max(dropped_below_, rows.dropped_below);
    }
    sources_.erase(std::remove_if(sources_.begin(), sources_.end(),
                                  [](const Source& source) { return source.next == source.end; }),
                   sources_.end());
    std::make_heap(sources_.begin(), sources_.end(), ComesLater);
  }

  // All that was there below this key goes, before the rows are put.
  const std::string& dropped_below() const { return dropped_below_; }

  // The next row; null after the last.
  const Row* Next() {
    while (!sources_.empty()) {
      const Row* const row = Pop();
      if (last_ != nullptr && row->first == last_->first) continue;  // an older one of that key
      return last_ = row;
    }
    return nullptr;
  }

 private:
  struct Source {
    domain::TableChanges::Rows::const_iterator next;
    domain::TableChanges::Rows::const_iterator end;
    size_t age;
  };
  // Of one key the youngest row comes first.
  static bool ComesLater(const Source& one, const Source& other) {
    const int order = one.next->first.compare(other.next->first);
    return order != 0 ? order > 0 : one.age > other.age;
  }

  const Row* Pop() {
    std::pop_heap(sources_.begin(), sources_.end(), ComesLater);
    Source& source = sources_.back();
    const Row* const row = &*source.next;
    if (++source.next == source.end) {
      sources_.pop_back();
    } else {
      std::push_heap(sources_.begin(), sources_.end(), ComesLater);
    }
    return row;
  }

  std::vector<Source> sources_;  // a heap
  std::string dropped_below_;
  const Row* last_ = nullptr;
};

rocksdb::Status AddRows(rocksdb::SstFileWriter& file, MergedRows& rows) {
  rocksdb::Status status;
  // Leaves the rows of its own file alone.
  if (!rows.dropped_below().empty()) status = file.DeleteRange("", rows.dropped_below());
  for (const auto* row = rows.Next(); status.ok() && row != nullptr; row = rows.Next()) {
    status = row->second ? file.Put(row->first, *row->second) : file.Delete(row->first);
  }
  return status;
}

}  // namespace

std::string ViewsDb::IngestedFile(rocksdb::ColumnFamilyHandle* table) const {
  return absl::StrCat(options_.directory, "/", table->GetName(), ".ingested");
}

absl::Status ViewsDb::RemoveIngested() {
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    const std::string path = IngestedFile(family);
    if (!Exists(path, options_.env)) continue;
    ROSTER_TRY(FromRocksDb(db_->GetEnv()->DeleteFile(path), "remove " + path));
  }
  return absl::OkStatus();
}

absl::Status ViewsDb::WriteFile(rocksdb::ColumnFamilyHandle* family,
                                const std::vector<const domain::TableChanges*>& changes) {
  MergedRows rows(changes);
  // Pages stay in the system's cache: they are read soon.
  rocksdb::SstFileWriter file(rocksdb::EnvOptions(), db_->GetOptions(family), family,
                              /*invalidate_page_cache=*/false);
  rocksdb::Status status = file.Open(IngestedFile(family));
  if (status.ok()) status = AddRows(file, rows);
  if (status.ok()) status = file.Finish();
  return FromRocksDb(status, "write a table of the views");
}

absl::Status ViewsDb::Ingest(const ChangesInOrder& changes) {
  // All tables together. RocksDB would flush what the files overlap, and has chosen too few tables
  // before (decision 0050).
  ROSTER_TRY(Flush(/*wait=*/true));
  std::vector<rocksdb::IngestExternalFileArg> files;
  const auto write = [&](rocksdb::ColumnFamilyHandle* family,
                         const std::vector<const domain::TableChanges*>& rows) {
    rocksdb::IngestExternalFileArg& file = files.emplace_back();
    file.column_family = family;
    file.external_files = {IngestedFile(family)};
    file.options.move_files = true;
    file.options.write_global_seqno = false;
    return WriteFile(family, rows);
  };
  for (const Table table : domain::kTables) {
    std::vector<const domain::TableChanges*> rows;
    for (const domain::Changes* each : changes) {
      if (!each->of(table).empty()) rows.push_back(&each->of(table));
    }
    if (!rows.empty()) ROSTER_TRY(write(of(table), rows));
  }
  domain::TableChanges position;
  position.rows.emplace(kPositionKey, EncodePosition(changes.back()->position));
  ROSTER_TRY(write(families_.front(), {&position}));
  // All or nothing, and durable.
  ROSTER_TRY(FromRocksDb(db_->IngestExternalFiles(files), "write the views"));
  return RemoveIngested();
}

}  // namespace roster::storage
