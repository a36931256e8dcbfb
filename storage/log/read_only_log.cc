#include "storage/log/read_only_log.h"

#include <rocksdb/db.h>
#include <rocksdb/metadata.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "domain/base/try.h"
#include "storage/base/rocksdb_status.h"
#include "storage/log/commit_record.h"
#include "storage/log/read_only_files.h"

namespace roster::storage {
namespace {

using event::v1::Commit;

// An error of the log in a directory. Only damage is mended by a restore.
absl::Status Refuse(absl::StatusCode code, const std::string& directory, const std::string& what) {
  const char* const advice = code == absl::StatusCode::kDataLoss
                                 ? " Restore the log from a backup or from the disk it was on"
                                 : "";
  return absl::Status(
      code, absl::StrCat("the log in ", directory, " ", what, ". Nothing was changed.", advice));
}

// The same, of what was found in it.
absl::Status Refuse(const std::string& directory, const absl::Status& status) {
  return Refuse(status.code(), directory,
                absl::StrCat("is refused: ", std::string(status.message())));
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

}  // namespace

absl::StatusOr<std::unique_ptr<ReadOnlyLog>> ReadOnlyLog::Open(const std::string& directory,
                                                               const RocksDbLogOptions& options) {
  std::unique_ptr<ReadOnlyLog> log(new ReadOnlyLog(directory));
  log->env_ = ReadOnlyEnv(options.env);
  log->options_ = LogDbOptions(log->env_.get());
  log->options_.info_log = SilentLogger();
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(log->options_, directory, &opened);
  log->db_.reset(opened);
  if (!status.ok()) return RefuseRocksDb(status, directory, "can't be opened");
  absl::StatusOr<LogIdentity> identity = ReadLogIdentity(*log->db_);
  if (!identity.ok()) return Refuse(directory, identity.status());
  log->identity_ = *std::move(identity);
  return log;
}

absl::Status ReadOnlyLog::CheckAgainst(const NamedCheckpoint& named) const {
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
    hash = HashOf(record);
  }
  if (hash == checkpoint.hash) return absl::OkStatus();
  return Damaged(directory_, absl::StrCat("has another record ", checkpoint.position,
                                          " than its checkpoint ", named.path, " saw"));
}

absl::StatusOr<uint64_t> ReadOnlyLog::CheckTable(const rocksdb::LiveFileMetaData& table,
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

absl::Status ReadOnlyLog::CheckTables(uint64_t budget_bytes) const {
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
absl::Status ReadOnlyLog::CheckCount(uint64_t entries) const {
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

absl::Status ReadOnlyLog::Scan(
    absl::FunctionRef<absl::Status(std::string_view record, const Commit& commit)> take) const {
  RecordChain chain(identity_.id, 1);
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(options));
  for (row->Seek(RecordKey(1)); row->Valid() && row->key() == RecordKey(chain.next());
       row->Next()) {
    const std::string_view record = row->value().ToStringView();
    const absl::StatusOr<Commit> commit = chain.Next(record);
    if (!commit.ok()) return Refuse(directory_, commit.status());
    ROSTER_TRY(take(record, *commit));
  }
  if (!row->status().ok()) {
    return RefuseRocksDb(row->status(), directory_,
                         absl::StrCat("has no readable record ", chain.next()));
  }
  if (chain.tail().head == identity_.tail.head) return absl::OkStatus();
  return Refuse(directory_, DamagedRecord(chain.next(), "is missing"));
}

}  // namespace roster::storage
