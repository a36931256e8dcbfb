#include "storage/log/rocksdb_log.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "storage/base/mutex.h"
#include "storage/base/rocksdb_stats.h"
#include "storage/base/rocksdb_status.h"
#include "storage/log/commit_record.h"
#include "storage/log/log_db.h"
#include "storage/log/published_head.h"

namespace roster::storage {
namespace {

using event::v1::Commit;

class RocksDbLog final : public Log {
 public:
  RocksDbLog(std::unique_ptr<rocksdb::DB> db, LogIdentity identity)
      : db_(std::move(db)), id_(std::move(identity.id)), head_(std::move(identity.tail)) {}

  const std::string& id() const override { return id_; }
  Position head() const override { return head_.Get(); }
  LogTail tail() const override { return head_.tail(); }
  absl::Status Append(Position expected, std::vector<Commit>& commits) override;
  absl::StatusOr<std::vector<Commit>> Read(Position from, size_t limit) const override {
    return ReadRecords(*db_, id_, head(), from, limit);
  }
  bool Await(Position position, absl::Duration timeout) const override {
    return head_.Await(position, timeout);
  }
  StoreStats stats() const override { return StatsOf(*db_); }

 private:
  const std::unique_ptr<rocksdb::DB> db_;
  const std::string id_;
  PublishedHead head_;  // changes under append_mutex_ only
  Mutex append_mutex_;
  // The error of a write. The end of the log is unknown after it.
  absl::Status failure_ ABSL_GUARDED_BY(append_mutex_);
};

absl::Status RocksDbLog::Append(Position expected, std::vector<Commit>& commits) {
  const MutexLock lock(append_mutex_);
  if (!failure_.ok()) return failure_;
  const LogTail tail = head_.tail();
  ROSTER_TRY(CheckExpected(expected, tail));
  if (commits.empty()) return absl::OkStatus();
  ROSTER_ASSIGN(StampedRecords stamped, StampRecords(id_, tail, commits));
  rocksdb::WriteBatch batch;
  Position position = expected;
  for (const std::string& record : stamped.records) batch.Put(RecordKey(++position), record);
  rocksdb::WriteOptions options;
  options.sync = true;
  failure_ = FromRocksDb(db_->Write(options, &batch), "append to the log");
  if (!failure_.ok()) return failure_;
  // Readers do not read past the head, so they see the records from now on, when they are durable.
  head_.Set(std::move(stamped.tail));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<rocksdb::DB>> OpenDb(const rocksdb::Options& options,
                                                    const std::string& directory) {
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, directory, &opened);
  if (!status.ok()) return FromRocksDb(status, absl::StrCat("open the log in ", directory));
  return std::unique_ptr<rocksdb::DB>(opened);
}

absl::StatusOr<std::unique_ptr<Log>> LogOf(std::unique_ptr<rocksdb::DB> db) {
  ROSTER_ASSIGN(LogIdentity identity, ReadLogIdentity(*db));
  return std::make_unique<RocksDbLog>(std::move(db), std::move(identity));
}

absl::Status MakeDirectory(rocksdb::Env* env, const std::string& directory) {
  if (env != nullptr) {
    return FromRocksDb(env->CreateDirIfMissing(directory), absl::StrCat("create ", directory));
  }
  // RocksDB would let all users read it.
  if (mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("can't create ", directory));
}

// A directory with a log without records.
absl::StatusOr<std::unique_ptr<rocksdb::DB>> CreateDb(const std::string& directory,
                                                      const std::string& log_id,
                                                      const RocksDbLogOptions& options) {
  rocksdb::Options db_options = LogDbOptions(options.env);
  if (!IsLogMissing(directory, options.env)) {
    return absl::AlreadyExistsError(absl::StrCat("a log is in ", directory));
  }
  ROSTER_TRY(MakeDirectory(options.env, directory));
  db_options.create_if_missing = true;
  db_options.error_if_exists = true;
  ROSTER_ASSIGN(std::unique_ptr<rocksdb::DB> db, OpenDb(db_options, directory));
  rocksdb::WriteBatch facts;
  facts.Put(kLogIdKey, log_id);
  facts.Put(kLogFormatKey, absl::StrCat(kLogFormatVersion));
  rocksdb::WriteOptions durable;
  durable.sync = true;
  const rocksdb::Status written = db->Write(durable, &facts);
  if (!written.ok()) return FromRocksDb(written, absl::StrCat("create the log in ", directory));
  return db;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Log>> CreateRocksDbLog(const std::string& directory,
                                                      const RocksDbLogOptions& options) {
  ROSTER_ASSIGN(std::unique_ptr<rocksdb::DB> db, CreateDb(directory, NewLogId(), options));
  return LogOf(std::move(db));
}

absl::StatusOr<std::unique_ptr<Log>> CopyRocksDbLog(
    const std::string& directory, const std::string& log_id,
    absl::FunctionRef<absl::StatusOr<std::string>()> next) {
  ROSTER_ASSIGN(std::unique_ptr<rocksdb::DB> db, CreateDb(directory, log_id, {}));
  // Durable by the flush at the end; without it the copy is none.
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  RecordChain chain(log_id, 1);
  const std::string what = absl::StrCat("write the log in ", directory);
  while (true) {
    ROSTER_ASSIGN(const std::string record, next());
    if (record.empty()) break;
    const Position position = chain.next();
    ROSTER_TRY(chain.Next(record).status());
    ROSTER_TRY(FromRocksDb(db->Put(options, RecordKey(position), record), what));
  }
  ROSTER_TRY(FromRocksDb(db->Flush(rocksdb::FlushOptions()), what));
  return LogOf(std::move(db));
}

absl::StatusOr<std::unique_ptr<Log>> OpenRocksDbLog(const std::string& directory,
                                                    const RocksDbLogOptions& options) {
  // RocksDB would leave an empty directory behind.
  if (IsLogMissing(directory, options.env)) return NoLog(directory);
  ROSTER_ASSIGN(std::unique_ptr<rocksdb::DB> db, OpenDb(LogDbOptions(options.env), directory));
  return LogOf(std::move(db));
}

}  // namespace roster::storage
