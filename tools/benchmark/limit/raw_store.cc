#include "tools/benchmark/limit/raw_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace roster::benchmark {
namespace {

constexpr size_t kCacheBytes = 256 << 20;
constexpr size_t kMemtableBytes = 32 << 20;
constexpr uint64_t kUsersInAFillingCommit = 200;

absl::Status ToAbsl(const rocksdb::Status& status) {
  return status.ok() ? absl::OkStatus() : absl::UnavailableError(status.ToString());
}

rocksdb::Options LogOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.error_if_exists = true;
  options.max_total_wal_size = 64 << 20;
  options.write_buffer_size = kMemtableBytes;
  options.allow_concurrent_memtable_write = false;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  return options;
}

rocksdb::DBOptions ViewsOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.error_if_exists = true;
  options.atomic_flush = true;
  options.allow_concurrent_memtable_write = false;
  options.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(kMemtableBytes, cache);
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  return options;
}

rocksdb::ColumnFamilyOptions TableOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = cache;
  blocks.cache_index_and_filter_blocks = true;
  blocks.pin_l0_filter_and_index_blocks_in_cache = true;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  options.write_buffer_size = 2 * kMemtableBytes;
  options.max_write_buffer_number = 4;
  options.arena_block_size = 256 << 10;
  return options;
}

// "c" and the position, big-endian.
std::string RecordKey(uint64_t position) {
  std::string key(1 + sizeof position, 'c');
  for (size_t i = key.size(); --i > 0; position >>= 8) key[i] = static_cast<char>(position & 0xff);
  return key;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RawStore>> RawStore::Create(const std::string& directory) {
  std::unique_ptr<RawStore> store(new RawStore);
  rocksdb::DB* opened = nullptr;
  auto status = ToAbsl(rocksdb::DB::Open(LogOptions(), directory + "/log", &opened));
  if (!status.ok()) return status;
  store->log_.reset(opened);
  const auto cache = rocksdb::NewLRUCache(kCacheBytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.reserve(domain::kTableCount + 1);
  for (const domain::Table table : domain::kTables) {
    families.emplace_back(std::string(domain::TableName(table)), TableOptions(cache));
  }
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, TableOptions(cache));
  status = ToAbsl(rocksdb::DB::Open(ViewsOptions(cache), directory + "/views", families,
                                    &store->tables_, &opened));
  if (!status.ok()) return status;
  store->views_.reset(opened);
  return store;
}

RawStore::~RawStore() {
  for (rocksdb::ColumnFamilyHandle* table : tables_) {
    views_->DestroyColumnFamilyHandle(table).PermitUncheckedError();
  }
}

absl::Status RawStore::Write(absl::Span<const CommitRows* const> group) {
  rocksdb::WriteBatch records;
  rocksdb::WriteBatch rows;
  for (const CommitRows* commit : group) {
    records.Put(RecordKey(++position_), commit->record);
    for (const ViewRow& row : commit->views) rows.Put(of(row.table), row.key, row.value);
  }
  rows.Put("position", absl::StrCat(position_));
  rocksdb::WriteOptions durable;
  durable.sync = true;
  if (auto status = ToAbsl(log_->Write(durable, &records)); !status.ok()) return status;
  rocksdb::WriteOptions derived;
  derived.disableWAL = true;
  return ToAbsl(views_->Write(derived, &rows));
}

absl::StatusOr<std::vector<std::string>> RawStore::Fill(uint64_t users) {
  std::vector<std::string> keys;
  keys.reserve(users);
  for (uint64_t first = 0; first < users; first += kUsersInAFillingCommit) {
    const CommitRows rows = RowsOf(first, std::min(users - first, kUsersInAFillingCommit));
    const CommitRows* const group[] = {&rows};
    if (auto status = Write(group); !status.ok()) return status;
    for (const ViewRow& row : rows.views) {
      if (row.table == domain::Table::kUsers) keys.push_back(row.key);
    }
  }
  rocksdb::FlushOptions flush;
  flush.allow_write_stall = true;
  if (auto status = ToAbsl(views_->Flush(flush, tables_)); !status.ok()) return status;
  return keys;
}

absl::Status RawStore::ScanUsers(std::string_view key, size_t rows,
                                 const std::function<void(std::string_view)>& visit) const {
  const std::unique_ptr<rocksdb::Iterator> row(
      views_->NewIterator(rocksdb::ReadOptions(), of(domain::Table::kUsers)));
  for (row->Seek(key); row->Valid() && rows > 0; row->Next(), --rows) {
    visit(row->value().ToStringView());
  }
  return ToAbsl(row->status());
}

}  // namespace roster::benchmark
