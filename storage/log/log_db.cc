#include "storage/log/log_db.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "storage/base/rocksdb_stats.h"
#include "storage/base/rocksdb_status.h"
#include "storage/log/commit_record.h"

namespace roster::storage {
namespace {

using event::v1::Commit;

constexpr char kRecordKeyPrefix = 'c';
constexpr size_t kRecordKeyBytes = 1 + domain::kPositionBytes;

// The position of a record's key; 0, which no record has, for any other key.
Position PositionOf(rocksdb::Slice key) {
  if (key.size() != kRecordKeyBytes || key[0] != kRecordKeyPrefix) return 0;
  return domain::TrailingPosition(key.ToStringView());
}

// A fact that was written when the log was created. DATA_LOSS: it is missing.
absl::StatusOr<std::string> ReadFact(rocksdb::DB& db, const char* key) {
  std::string value;
  const rocksdb::Status status = db.Get(rocksdb::ReadOptions(), key, &value);
  if (status.IsNotFound()) {
    return absl::DataLossError(absl::StrCat("the log is damaged: it has no ", key + 1));
  }
  if (!status.ok()) return FromRocksDb(status, "read the log's identity");
  return value;
}

absl::Status CheckFormat(rocksdb::DB& db) {
  ROSTER_ASSIGN(const std::string text, ReadFact(db, kLogFormatKey));
  uint32_t version = 0;
  if (!absl::SimpleAtoi(text, &version) || version == 0) {
    return absl::DataLossError("the log is damaged: its format version is not a number");
  }
  if (version == kLogFormatVersion) return absl::OkStatus();
  if (version < kLogFormatVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("the log has format ", version,
                     ": it was written by a development version before 0.2 and can't be read"));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("the log has format ", version, "; this rosterd knows formats up to ",
                   kLogFormatVersion, ": run the newer version that wrote it"));
}

absl::StatusOr<LogTail> FindTail(rocksdb::DB& db, const std::string& id) {
  const std::unique_ptr<rocksdb::Iterator> row(db.NewIterator(rocksdb::ReadOptions()));
  row->SeekForPrev(RecordKey(~Position{0}));
  if (!row->status().ok()) return FromRocksDb(row->status(), "find the end of the log");
  if (!row->Valid()) return LogTail();
  const Position head = PositionOf(row->key());
  RecordChain chain(id, head);
  ROSTER_TRY(chain.Next(row->value().ToStringView()).status());
  return chain.tail();
}

}  // namespace

std::string RecordKey(Position position) {
  std::string key(1, kRecordKeyPrefix);
  domain::AppendPosition(key, position);
  return key;
}

rocksdb::Options LogDbOptions(rocksdb::Env* env) {
  rocksdb::Options options;
  if (env != nullptr) options.env = env;
  // A crash may tear the last write, which was not acknowledged then.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // Records replayed from a torn tail are in a synced table before others are added.
  options.avoid_flush_during_recovery = false;
  options.max_total_wal_size = 64 << 20;
  // RocksDB starts these threads at each open; a log has few tables.
  options.max_file_opening_threads = 4;
  options.write_buffer_size = 32 << 20;
  options.allow_concurrent_memtable_write = false;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 2;
  EnableStats(options);
  return options;
}

bool IsLogMissing(const std::string& directory, rocksdb::Env* env) {
  std::vector<std::string> names;
  const rocksdb::Status status =
      (env == nullptr ? rocksdb::Env::Default() : env)->GetChildren(directory, &names);
  return status.ok() ? names.empty() : status.IsNotFound() || status.IsPathNotFound();
}

absl::Status NoLog(const std::string& directory) {
  return absl::NotFoundError(
      absl::StrCat("no log is in ", directory, "; run `rosterd init` to create one"));
}

absl::StatusOr<LogIdentity> ReadLogIdentity(rocksdb::DB& db) {
  ROSTER_TRY(CheckFormat(db));
  ROSTER_ASSIGN(std::string id, ReadFact(db, kLogIdKey));
  ROSTER_ASSIGN(LogTail tail, FindTail(db, id));
  return LogIdentity{std::move(id), std::move(tail)};
}

absl::StatusOr<std::vector<Commit>> ReadRecords(rocksdb::DB& db, const std::string& log_id,
                                                Position head, Position from, size_t limit) {
  from = std::max<Position>(from, 1);
  if (from > head || limit == 0) return std::vector<Commit>();
  const Position last = limit > head - from ? head : from + limit - 1;
  RecordReader reader(log_id, from);
  const std::string upper_key = RecordKey(last + 1);
  const rocksdb::Slice upper(upper_key);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> row(db.NewIterator(options));
  for (row->Seek(RecordKey(from)); row->Valid() && reader.bytes() < kMaxReadBytes; row->Next()) {
    if (PositionOf(row->key()) != reader.next()) break;
    ROSTER_TRY(reader.Add(row->value().ToStringView()));
  }
  if (!row->status().ok()) {
    return DamagedRecord(reader.next(), absl::StrCat("can't be read: ", row->status().ToString()));
  }
  if (reader.next() <= last && reader.bytes() < kMaxReadBytes) {
    return DamagedRecord(reader.next(), "is missing");
  }
  return std::move(reader).Take();
}

}  // namespace roster::storage
