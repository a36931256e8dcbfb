// A log in a directory, opened so that no file of it can change, as it is at that moment.

#ifndef ROSTER_STORAGE_LOG_READ_ONLY_LOG_H_
#define ROSTER_STORAGE_LOG_READ_ONLY_LOG_H_

#include <rocksdb/db.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/log/checkpoint.h"
#include "storage/log/log_db.h"
#include "storage/log/rocksdb_log.h"

namespace rocksdb {
struct LiveFileMetaData;
}

namespace roster::storage {

// Another process may have the log open, and go on appending: what it appends after Open is not
// seen. Files that it removes while they are being opened fail Open or look like damage, so that a
// second try may pass; what has passed Scan is a log from its beginning, without a gap. It may end
// with records that the other process has written, and not synced yet.
//
// Messages name the directory, say that nothing was changed, and what to do. Thread-compatible.
class ReadOnlyLog {
 public:
  // DATA_LOSS: damaged. FAILED_PRECONDITION: of another format. Other errors are those of the file
  // system.
  static absl::StatusOr<std::unique_ptr<ReadOnlyLog>> Open(const std::string& directory,
                                                           const RocksDbLogOptions& options);

  const LogIdentity& identity() const { return identity_; }

  // DATA_LOSS: the log ends before the checkpoint, or has another record there.
  // FAILED_PRECONDITION: the checkpoint is of another log.
  absl::Status CheckAgainst(const NamedCheckpoint& named) const;

  // Reads tables, newest first, while there is budget, and counts the records of all of them.
  // DATA_LOSS: a table is damaged, or records are missing before the end.
  absl::Status CheckTables(uint64_t budget_bytes) const;

  // Hands out every record, in order; each is chained to the one before. DATA_LOSS: a record is
  // missing, damaged, or not the one that belongs there. Errors of `take` end it.
  absl::Status Scan(
      absl::FunctionRef<absl::Status(std::string_view record, const event::v1::Commit& commit)>
          take) const;

 private:
  explicit ReadOnlyLog(std::string directory) : directory_(std::move(directory)) {}

  // The entries of a table, and when `whole` its checksums too.
  absl::StatusOr<uint64_t> CheckTable(const rocksdb::LiveFileMetaData& table, bool whole) const;
  absl::Status CheckCount(uint64_t entries) const;

  const std::string directory_;
  std::unique_ptr<rocksdb::Env> env_;
  rocksdb::Options options_;
  std::unique_ptr<rocksdb::DB> db_;  // destroyed before env_
  LogIdentity identity_;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_READ_ONLY_LOG_H_
