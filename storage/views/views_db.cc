#include "storage/views/views_db.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "storage/base/file.h"
#include "storage/base/rocksdb_stats.h"
#include "storage/base/rocksdb_status.h"

namespace roster::storage {
namespace {

using domain::Table;

constexpr char kPositionKey[] = "position";
constexpr char kLogIdKey[] = "log_id";
constexpr char kViewVersionKey[] = "view_version";
constexpr char kPurgedKey[] = "purged";

// Of all tables together. The maximum limits how many commits a start has to fold.
constexpr size_t kMostMemtableBytes = 32 << 20;
constexpr size_t kLeastMemtableBytes = 8 << 20;
constexpr int kBloomBitsPerKey = 10;
// The one table of which ranges are dropped.
constexpr Table kDropsRanges = Table::kRequests;

std::string EncodePosition(domain::Position position) {
  std::string bytes;
  domain::AppendPosition(bytes, position);
  return bytes;
}

// Nothing: there is none under the key.
std::optional<domain::Position> ReadPosition(rocksdb::DB& db, const char* key) {
  std::string bytes;
  if (!db.Get(rocksdb::ReadOptions(), key, &bytes).ok()) return std::nullopt;
  if (bytes.size() != domain::kPositionBytes) return std::nullopt;
  return domain::TrailingPosition(bytes);
}

rocksdb::DBOptions DirectoryOptions(rocksdb::Env* env,
                                    std::shared_ptr<rocksdb::WriteBufferManager> memtables) {
  rocksdb::DBOptions options;
  if (env != nullptr) options.env = env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  // Without it the tables may be at different positions after a kill.
  options.atomic_flush = true;
  options.allow_concurrent_memtable_write = false;
  options.write_buffer_manager = std::move(memtables);
  // A manifest has the first and last key of each file. Each change writes a new one, so that none
  // keeps the keys of files that are gone.
  options.max_manifest_file_size = 1;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 2;
  EnableStats(options);
  return options;
}

rocksdb::ColumnFamilyOptions TableOptions(const std::shared_ptr<rocksdb::Cache>& cache,
                                          bool compression) {
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = cache;
  blocks.cache_index_and_filter_blocks = true;
  blocks.pin_l0_filter_and_index_blocks_in_cache = true;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  rocksdb::ColumnFamilyOptions options;
  if (!compression) options.compression = rocksdb::kNoCompression;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  // Large, so that the write buffer manager decides: a full table would flush all tables.
  options.write_buffer_size = 2 * kMostMemtableBytes;
  options.max_write_buffer_number = 4;
  options.arena_block_size = 256 << 10;
  return options;
}

// Rows are written in the order of their keys: the place of each in the memtable is looked for from
// that of the one before. Not in a table of which ranges are dropped: RocksDB 7.8 keeps ranges in a
// list of their own, and looks in it with the hint of the rows.
void HintInserts(rocksdb::ColumnFamilyOptions& options) {
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(0));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ViewsDb>> ViewsDb::Open(const ViewsOptions& options) {
  // RocksDB would let all users read it. It also reports the error if this fails.
  if (options.env == nullptr) (void)mkdir(options.directory.c_str(), 0700);
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(options.cache_bytes);
  const auto memtables = std::make_shared<rocksdb::WriteBufferManager>(
      std::clamp(options.cache_bytes / 2, kLeastMemtableBytes, kMostMemtableBytes), cache);
  const rocksdb::ColumnFamilyOptions table_options = TableOptions(cache, options.compression);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors = {
      {rocksdb::kDefaultColumnFamilyName, table_options}};
  std::unique_ptr<ViewsDb> views(new ViewsDb(options));
  for (const Table table : domain::kTables) {
    rocksdb::ColumnFamilyOptions& of_table =
        descriptors.emplace_back(std::string(domain::TableName(table)), table_options).options;
    if (table != kDropsRanges) HintInserts(of_table);
    if (table == Table::kSearchPast) of_table.compaction_filter_factory = views->left_rows_;
  }
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(DirectoryOptions(options.env, memtables), options.directory, descriptors,
                        &views->families_, &db);
  if (!status.ok()) {
    return FromRocksDb(status, absl::StrCat("open the views in ", options.directory));
  }
  views->db_.reset(db);
  std::copy(views->families_.begin() + 1, views->families_.end(), views->tables_.begin());
  if (!options.check_tables) return views;
  // RocksDB skips some blocks that it can't read, and then shows other rows.
  const rocksdb::Status checked = db->VerifyChecksum();
  if (!checked.ok()) return FromRocksDb(checked, "check the views in " + options.directory);
  return views;
}

ViewsDb::~ViewsDb() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    db_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  }
}

std::optional<ViewsDb::Identity> ViewsDb::ReadIdentity() const {
  const rocksdb::ReadOptions options;
  Identity identity;
  const auto position = ReadPosition(*db_, kPositionKey);
  const auto purged = ReadPosition(*db_, kPurgedKey);
  if (!db_->Get(options, kLogIdKey, &identity.log_id).ok() ||
      !db_->Get(options, kViewVersionKey, &identity.view_version).ok() || !position) {
    return std::nullopt;
  }
  identity.position = *position;
  identity.purged = purged.value_or(0);  // none in views of an older version
  return identity;
}

absl::Status ViewsDb::WriteIdentity(std::string_view log_id, domain::Position purged) {
  rocksdb::WriteBatch batch;
  batch.Put(kLogIdKey, log_id);
  batch.Put(kViewVersionKey, ViewVersion());
  batch.Put(kPositionKey, EncodePosition(0));
  batch.Put(kPurgedKey, EncodePosition(purged));
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  ROSTER_TRY(FromRocksDb(db_->Write(options, &batch), "create the views"));
  return Flush(/*wait=*/true);
}

absl::Status ViewsDb::Write(const domain::Changes& changes) {
  // For this thread: RocksDB would count each comparison of keys, for nobody.
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  rocksdb::WriteBatch batch;
  for (const Table table : domain::kTables) {
    if (const std::string& bound = changes.of(table).dropped_below; !bound.empty()) {
      if (table != kDropsRanges) return absl::InternalError("ranges are dropped of another table");
      batch.DeleteRange(of(table), rocksdb::Slice(), bound);
    }
    for (const auto& [key, value] : changes.of(table).rows) {
      if (value) {
        batch.Put(of(table), key, *value);
      } else {
        batch.Delete(of(table), key);
      }
    }
  }
  batch.Put(kPositionKey, EncodePosition(changes.position));
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  absl::Status status = FromRocksDb(db_->Write(options, &batch), "write the views");
  written_ = db_->GetLatestSequenceNumber();
  return status;
}

absl::Status ViewsDb::WritePurged(domain::Position position) {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  ROSTER_TRY(
      FromRocksDb(db_->Put(options, kPurgedKey, EncodePosition(position)), "purge the views"));
  return Flush(/*wait=*/true);
}

absl::Status ViewsDb::Flush(bool wait) {
  rocksdb::FlushOptions options;
  options.wait = wait;
  // Writes wait when there are too many memtables; a flush need not wait for them.
  options.allow_write_stall = true;
  return FromRocksDb(db_->Flush(options, families_), "flush the views");
}

std::optional<std::string> ViewsDb::Get(const rocksdb::Snapshot* snapshot, Table table,
                                        std::string_view key) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::optional<std::string> value(std::in_place);
  const rocksdb::Status status = db_->Get(options, of(table), key, &*value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) Damaged(table, status);
  return value;
}

void ViewsDb::Scan(const rocksdb::Snapshot* snapshot, Table table, std::string_view prefix,
                   std::string_view after, domain::Direction direction,
                   domain::World::Visitor visit) const {
  const bool ascending = direction == domain::Direction::kAscending;
  const std::string bound = domain::UpperBound(prefix);
  const rocksdb::Slice lower(prefix);
  const rocksdb::Slice upper(bound);
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.iterate_lower_bound = &lower;
  if (!bound.empty()) options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(options, of(table)));
  const auto step = [&] { ascending ? row->Next() : row->Prev(); };
  if (ascending) {
    row->Seek(std::max(prefix, after));
  } else if (after.empty() || (!bound.empty() && after >= bound)) {
    row->SeekToLast();
  } else {
    row->SeekForPrev(after);
  }
  // A row whose key is `after` is not visited; one whose key is the prefix itself is.
  if (!after.empty() && row->Valid() && row->key() == after) step();
  for (; row->Valid(); step()) {
    if (!visit(row->key().ToStringView(), row->value().ToStringView())) return;
  }
  if (!row->status().ok()) Damaged(table, row->status());
}

void ViewsDb::Damaged(Table table, const rocksdb::Status& status) const {
  // The marker only makes the next start rebuild the views; the process ends without it too.
  ReplaceFile(DamagedMarker(options_), "", options_.env).IgnoreError();
  if (options_.on_damage) {
    options_.on_damage(absl::StrCat("the views are damaged, table ",
                                    std::string(domain::TableName(table)), ": ",
                                    status.ToString()));
  }
  // A reader must not take a damaged row for a missing one.
  std::abort();
}

}  // namespace roster::storage
