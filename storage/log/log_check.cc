#include "storage/log/log_check.h"

#include <rocksdb/db.h>
#include <rocksdb/metadata.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "domain/base/try.h"
#include "storage/base/rocksdb_status.h"
#include "storage/log/commit_record.h"
#include "storage/log/log_db.h"
#include "storage/log/read_only_files.h"

namespace roster::storage {
namespace {

using event::v1::Commit;

// About a second of reading. Older tables are checked when they are read, and by VerifyRocksDbLog.
constexpr uint64_t kBudgetBytes = uint64_t{1} << 30;
constexpr size_t kVerifyChunk = 10'000;

// An error of the log in a directory. Only damage is mended by a restore.
absl::Status Refuse(absl::StatusCode code, const std::string& directory, const std::string& what) {
  const char* const advice = code == absl::StatusCode::kDataLoss
                                 ? " Restore the log from a backup or from the disk it was on"
                                 : "";
  return absl::Status(
      code, absl::StrCat("the log in ", directory, " ", what, ". Nothing was changed.", advice));
}

absl::Status Damaged(const std::string& directory, const std::string& what) {
  return Refuse(absl::StatusCode::kDataLoss, directory, what);
}

// The text of RocksDB, with the file that it means.
std::string Sentence(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  // RocksDB names every file but write-ahead logs.
  if (status.IsCorruption() && !absl::StrContains(text, "/") &&
      !absl::StrContains(text, "CURRENT")) {
    return absl::StrCat(text, " in a write-ahead log, a *.log file");
  }
  // RocksDB looks for a missing table under the name of an older format too, and reports that name.
  return absl::StrReplaceAll(text, {{".ldb", ".sst"}});
}

// A status of RocksDB from a read-only directory, where a missing file is damage too.
absl::Status RefuseRocksDb(const rocksdb::Status& status, const std::string& directory,
                           const std::string& what) {
  if (status.ok()) return absl::OkStatus();
  const bool damage = status.IsCorruption() || status.IsNotFound() || status.IsPathNotFound() ||
                      status.IsInvalidArgument() || status.IsNotSupported();
  if (damage) return Damaged(directory, absl::StrCat(what, ": ", Sentence(status)));
  return FromRocksDb(status, absl::StrCat("check the log in ", directory));
}

// The log of a directory, opened so that no file of it can change.
class OpenLog {
 public:
  static absl::StatusOr<std::unique_ptr<OpenLog>> Open(const std::string& directory,
                                                       const RocksDbLogOptions& options);

  absl::Status CheckAgainst(const NamedCheckpoint& named) const;
  // Reads tables, newest first, while there is budget; counts the records of all of them.
  absl::Status CheckTables(uint64_t budget_bytes) const;
  // Reads every record.
  absl::Status CheckChain() const;

 private:
  explicit OpenLog(std::string directory) : directory_(std::move(directory)) {}

  // The entries of a table, and when `whole` its checksums too.
  absl::StatusOr<uint64_t> CheckTable(const rocksdb::LiveFileMetaData& table, bool whole) const;
  absl::Status CheckCount(uint64_t entries) const;

  const std::string directory_;
  std::unique_ptr<rocksdb::Env> env_;
  rocksdb::Options options_;
  std::unique_ptr<rocksdb::DB> db_;  // destroyed before env_
  LogIdentity identity_;
};

absl::StatusOr<std::unique_ptr<OpenLog>> OpenLog::Open(const std::string& directory,
                                                       const RocksDbLogOptions& options) {
  std::unique_ptr<OpenLog> log(new OpenLog(directory));
  log->env_ = ReadOnlyEnv(options.env);
  log->options_ = LogDbOptions(log->env_.get());
  log->options_.info_log = SilentLogger();
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(log->options_, directory, &opened);
  log->db_.reset(opened);
  if (!status.ok()) return RefuseRocksDb(status, directory, "can't be opened");
  absl::StatusOr<LogIdentity> identity = ReadLogIdentity(*log->db_);
  if (!identity.ok()) {
    return Refuse(identity.status().code(), directory,
                  absl::StrCat("is refused: ", std::string(identity.status().message())));
  }
  log->identity_ = *std::move(identity);
  return log;
}

absl::Status OpenLog::CheckAgainst(const NamedCheckpoint& named) const {
  const Checkpoint& checkpoint = named.checkpoint;
  if (checkpoint.log_id != identity_.id) {
    return Refuse(absl::StatusCode::kFailedPrecondition, directory_,
                  absl::StrCat("is not the one of its checkpoint ", named.path, ": it is log ",
                               absl::BytesToHexString(identity_.id), ", the checkpoint is of log ",
                               absl::BytesToHexString(checkpoint.log_id),
                               ". Put the two together that belong to each other"));
  }
  if (identity_.tail.head < checkpoint.position) {
    return Damaged(directory_, absl::StrCat("ends at position ", identity_.tail.head,
                                            ", but its checkpoint ", named.path, " says ",
                                            checkpoint.position, ": records are missing"));
  }
  std::string hash = LogTail().hash;
  if (checkpoint.position > 0) {
    std::string record;
    const rocksdb::Status status =
        db_->Get(rocksdb::ReadOptions(), RecordKey(checkpoint.position), &record);
    if (!status.ok()) {
      return RefuseRocksDb(status, directory_,
                           absl::StrCat("has no readable record ", checkpoint.position));
    }
    hash = TailAt(checkpoint.position, record).hash;
  }
  if (hash == checkpoint.hash) return absl::OkStatus();
  return Damaged(directory_, absl::StrCat("has another record ", checkpoint.position,
                                          " than its checkpoint ", named.path, " saw"));
}

absl::StatusOr<uint64_t> OpenLog::CheckTable(const rocksdb::LiveFileMetaData& table,
                                             bool whole) const {
  const std::string path = table.directory + "/" + table.relative_filename;
  rocksdb::SstFileReader reader(options_);
  rocksdb::Status status = reader.Open(path);
  if (status.ok() && whole) status = reader.VerifyChecksum();
  if (!status.ok()) {
    return RefuseRocksDb(status, directory_, absl::StrCat("is damaged in ", path));
  }
  return reader.GetTableProperties()->num_entries;
}

absl::Status OpenLog::CheckTables(uint64_t budget_bytes) const {
  std::vector<rocksdb::LiveFileMetaData> tables;
  db_->GetLiveFilesMetaData(&tables);
  std::sort(tables.begin(), tables.end(),
            [](const auto& a, const auto& b) { return a.largest_seqno > b.largest_seqno; });
  uint64_t entries = 0;
  uint64_t bytes = 0;
  for (const rocksdb::LiveFileMetaData& table : tables) {
    ROSTER_ASSIGN(const uint64_t in_table, CheckTable(table, bytes < budget_bytes));
    entries += in_table;
    bytes += table.size;
  }
  return CheckCount(entries);
}

// A MANIFEST cut short or a lost write-ahead log can remove records from the middle. The end is
// where it must be then, and a reader would find the gap only on reaching it.
absl::Status OpenLog::CheckCount(uint64_t entries) const {
  for (const std::string* property : {&rocksdb::DB::Properties::kNumEntriesActiveMemTable,
                                      &rocksdb::DB::Properties::kNumEntriesImmMemTables}) {
    uint64_t in_memory = 0;
    if (!db_->GetIntProperty(*property, &in_memory)) {
      return absl::InternalError("RocksDB does not tell how many records it replayed");
    }
    entries += in_memory;
  }
  const uint64_t expected = identity_.tail.head + kLogFacts;
  if (entries >= expected) return absl::OkStatus();
  return Damaged(directory_, absl::StrCat("ends at position ", identity_.tail.head, ", but ",
                                          expected - entries, " records before it are missing"));
}

absl::Status OpenLog::CheckChain() const {
  // Each chunk begins with the last record of the one before, so that every two neighbours are read
  // together once.
  Position last = 0;
  while (last < identity_.tail.head) {
    const absl::StatusOr<std::vector<Commit>> commits = ReadRecords(
        *db_, identity_.id, identity_.tail.head, std::max<Position>(last, 1), kVerifyChunk);
    if (!commits.ok()) {
      return Refuse(commits.status().code(), directory_,
                    absl::StrCat("is refused: ", std::string(commits.status().message())));
    }
    last = commits->back().position();
  }
  return absl::OkStatus();
}

absl::Status Missing(const std::string& directory, const NamedCheckpoint* checkpoint) {
  if (checkpoint != nullptr) {
    return Damaged(directory, absl::StrCat("is missing, but its checkpoint ", checkpoint->path,
                                           " says position ", checkpoint->checkpoint.position));
  }
  return NoLog(directory);
}

absl::StatusOr<std::unique_ptr<OpenLog>> Check(const std::string& directory,
                                               const NamedCheckpoint* checkpoint,
                                               const RocksDbLogOptions& options,
                                               uint64_t budget_bytes) {
  if (IsLogMissing(directory, options.env)) return Missing(directory, checkpoint);
  ROSTER_ASSIGN(std::unique_ptr<OpenLog> log, OpenLog::Open(directory, options));
  if (checkpoint != nullptr) {
    ROSTER_TRY((log)->CheckAgainst(*checkpoint));
  }
  ROSTER_TRY((log)->CheckTables(budget_bytes));
  return log;
}

}  // namespace

absl::Status CheckRocksDbLog(const std::string& directory, const NamedCheckpoint* checkpoint,
                             const RocksDbLogOptions& options) {
  return Check(directory, checkpoint, options, kBudgetBytes).status();
}

absl::Status VerifyRocksDbLog(const std::string& directory, const NamedCheckpoint* checkpoint,
                              const RocksDbLogOptions& options) {
  const absl::StatusOr<std::unique_ptr<OpenLog>> log =
      Check(directory, checkpoint, options, std::numeric_limits<uint64_t>::max());
  return log.ok() ? (*log)->CheckChain() : log.status();
}

}  // namespace roster::storage
