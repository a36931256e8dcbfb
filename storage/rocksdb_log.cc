#include "storage/rocksdb_log.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "storage/commit_record.h"
#include "storage/mutex.h"
#include "storage/published_head.h"
#include "storage/rocksdb_status.h"

namespace roster::storage {
namespace {

using event::v1::Commit;

constexpr uint32_t kFormatVersion = 1;
constexpr char kIdKey[] = "mlog_id";
constexpr char kFormatKey[] = "mformat_version";
constexpr char kRecordKeyPrefix = 'c';
constexpr size_t kRecordKeyBytes = 1 + sizeof(Position);

std::string RecordKey(Position position) {
  std::string key(kRecordKeyBytes, kRecordKeyPrefix);
  for (size_t i = kRecordKeyBytes - 1; i > 0; --i, position >>= 8) {
    key[i] = static_cast<char>(position & 0xff);
  }
  return key;
}

// 0, which no record has, for a key that is not one of a record.
Position PositionOf(rocksdb::Slice key) {
  if (key.size() != kRecordKeyBytes || key[0] != kRecordKeyPrefix) return 0;
  Position position = 0;
  for (size_t i = 1; i < kRecordKeyBytes; ++i) {
    position = position << 8 | static_cast<unsigned char>(key[i]);
  }
  return position;
}

rocksdb::Options LogOptions() {
  rocksdb::Options options;
  // A crash may leave the last write torn; it was never acknowledged.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.max_total_wal_size = 64 << 20;
  options.write_buffer_size = 32 << 20;
  options.allow_concurrent_memtable_write = false;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 2;
  return options;
}

class RocksDbLog final : public Log {
 public:
  RocksDbLog(std::unique_ptr<rocksdb::DB> db, std::string id, LogTail tail)
      : db_(std::move(db)), id_(std::move(id)), head_(tail.head), tail_(std::move(tail)) {}

  const std::string& id() const override { return id_; }
  Position head() const override { return head_.Get(); }
  absl::Status Append(Position expected, std::vector<Commit>& commits) override;
  absl::StatusOr<std::vector<Commit>> Read(Position from, size_t limit) const override;
  bool Await(Position position, absl::Duration timeout) const override {
    return head_.Await(position, timeout);
  }

 private:
  const std::unique_ptr<rocksdb::DB> db_;
  const std::string id_;
  PublishedHead head_;
  Mutex append_mutex_;
  LogTail tail_ ABSL_GUARDED_BY(append_mutex_);
  // Of a write, after which nothing is known about the end of the log.
  absl::Status failure_ ABSL_GUARDED_BY(append_mutex_);
};

absl::Status RocksDbLog::Append(Position expected, std::vector<Commit>& commits) {
  const MutexLock lock(append_mutex_);
  if (!failure_.ok()) return failure_;
  if (absl::Status status = CheckExpected(expected, tail_); !status.ok()) return status;
  if (commits.empty()) return absl::OkStatus();
  absl::StatusOr<StampedRecords> stamped = StampRecords(id_, tail_, commits);
  if (!stamped.ok()) return stamped.status();
  rocksdb::WriteBatch batch;
  Position position = expected;
  for (const std::string& record : stamped->records) batch.Put(RecordKey(++position), record);
  rocksdb::WriteOptions options;
  options.sync = true;
  failure_ = FromRocksDb(db_->Write(options, &batch), "append to the log");
  if (!failure_.ok()) return failure_;
  tail_ = std::move(stamped->tail);
  // Readers do not look past the head, so they see a record only now that it is durable.
  head_.Set(tail_.head);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Commit>> RocksDbLog::Read(Position from, size_t limit) const {
  from = std::max<Position>(from, 1);
  const Position head = head_.Get();
  if (from > head || limit == 0) return std::vector<Commit>();
  const Position last = limit > head - from ? head : from + limit - 1;
  RecordReader reader(id_, from);
  const std::string upper_key = RecordKey(last + 1);
  const rocksdb::Slice upper(upper_key);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(options));
  for (row->Seek(RecordKey(from)); row->Valid() && reader.bytes() < kMaxReadBytes; row->Next()) {
    if (PositionOf(row->key()) != reader.next()) break;
    if (absl::Status status = reader.Add(row->value().ToStringView()); !status.ok()) return status;
  }
  if (!row->status().ok()) {
    return DamagedRecord(reader.next(), absl::StrCat("can't be read: ", row->status().ToString()));
  }
  if (reader.next() <= last && reader.bytes() < kMaxReadBytes) {
    return DamagedRecord(reader.next(), "is missing");
  }
  return std::move(reader).Take();
}

// A fact about the log. DATA_LOSS: it is not there, although it was written when the log was
// created.
absl::StatusOr<std::string> ReadMeta(rocksdb::DB& db, const char* key) {
  std::string value;
  const rocksdb::Status status = db.Get(rocksdb::ReadOptions(), key, &value);
  if (status.IsNotFound()) {
    return absl::DataLossError(absl::StrCat("the log is damaged: it has no ", key + 1));
  }
  if (!status.ok()) return FromRocksDb(status, "read the log's identity");
  return value;
}

absl::Status CheckFormat(rocksdb::DB& db) {
  const absl::StatusOr<std::string> text = ReadMeta(db, kFormatKey);
  if (!text.ok()) return text.status();
  uint32_t version = 0;
  if (!absl::SimpleAtoi(*text, &version) || version == 0) {
    return absl::DataLossError("the log is damaged: its format version is not a number");
  }
  if (version == kFormatVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the log has format ", version, "; this rosterd knows formats up to ",
                   kFormatVersion, ": run the newer version that wrote it"));
}

absl::StatusOr<LogTail> FindTail(rocksdb::DB& db, const std::string& id) {
  const std::unique_ptr<rocksdb::Iterator> row(db.NewIterator(rocksdb::ReadOptions()));
  row->SeekForPrev(RecordKey(~Position{0}));
  if (!row->status().ok()) return FromRocksDb(row->status(), "find the end of the log");
  if (!row->Valid()) return LogTail();
  const Position head = PositionOf(row->key());
  const std::string_view record = row->value().ToStringView();
  RecordReader reader(id, head);
  if (absl::Status status = reader.Add(record); !status.ok()) return status;
  return TailAt(head, record);
}

absl::StatusOr<std::unique_ptr<Log>> Open(const rocksdb::Options& options,
                                          const std::string& directory) {
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, directory, &opened);
  if (!status.ok()) return FromRocksDb(status, absl::StrCat("open the log in ", directory));
  std::unique_ptr<rocksdb::DB> db(opened);
  if (options.error_if_exists) {
    rocksdb::WriteBatch facts;
    facts.Put(kIdKey, NewLogId());
    facts.Put(kFormatKey, absl::StrCat(kFormatVersion));
    rocksdb::WriteOptions durable;
    durable.sync = true;
    const rocksdb::Status written = db->Write(durable, &facts);
    if (!written.ok()) return FromRocksDb(written, absl::StrCat("create the log in ", directory));
  }
  if (absl::Status format = CheckFormat(*db); !format.ok()) return format;
  absl::StatusOr<std::string> id = ReadMeta(*db, kIdKey);
  if (!id.ok()) return id.status();
  absl::StatusOr<LogTail> tail = FindTail(*db, *id);
  if (!tail.ok()) return tail.status();
  return std::make_unique<RocksDbLog>(std::move(db), *std::move(id), *std::move(tail));
}

// Whether something is there that a log must not be created over.
bool Exists(const std::string& directory) {
  std::error_code ignored;
  return std::filesystem::exists(directory, ignored) &&
         !std::filesystem::is_empty(directory, ignored);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Log>> CreateRocksDbLog(const std::string& directory) {
  if (Exists(directory)) return absl::AlreadyExistsError(absl::StrCat("a log is in ", directory));
  // RocksDB would make it readable by everybody.
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return absl::ErrnoToStatus(errno, absl::StrCat("can't create ", directory));
  }
  rocksdb::Options options = LogOptions();
  options.create_if_missing = true;
  options.error_if_exists = true;
  return Open(options, directory);
}

absl::StatusOr<std::unique_ptr<Log>> OpenRocksDbLog(const std::string& directory) {
  // Asked here, because RocksDB would leave an empty directory behind.
  if (!Exists(directory)) {
    return absl::NotFoundError(
        absl::StrCat("no log is in ", directory, "; run `rosterd init` to create one"));
  }
  return Open(LogOptions(), directory);
}

}  // namespace roster::storage
