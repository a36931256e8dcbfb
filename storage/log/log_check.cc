#include "storage/log/log_check.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "storage/log/log_db.h"
#include "storage/log/read_only_log.h"

namespace roster::storage {
namespace {

// About a second of reading. Older tables are checked when they are read, and by VerifyRocksDbLog.
constexpr uint64_t kBudgetBytes = uint64_t{1} << 30;

absl::Status Missing(const std::string& directory, const NamedCheckpoint* checkpoint) {
  if (checkpoint == nullptr) return NoLog(directory);
  return absl::DataLossError(
      absl::StrCat("the log in ", directory, " is missing, but its checkpoint ", checkpoint->path,
                   " says position ", checkpoint->checkpoint.position,
                   ". Nothing was changed. Restore the log from a backup or from the disk it was "
                   "on"));
}

absl::StatusOr<std::unique_ptr<ReadOnlyLog>> Check(const std::string& directory,
                                                   const NamedCheckpoint* checkpoint,
                                                   const RocksDbLogOptions& options,
                                                   uint64_t budget_bytes) {
  if (IsLogMissing(directory, options.env)) return Missing(directory, checkpoint);
  ROSTER_ASSIGN(std::unique_ptr<ReadOnlyLog> log, ReadOnlyLog::Open(directory, options));
  if (checkpoint != nullptr) ROSTER_TRY(log->CheckAgainst(*checkpoint));
  ROSTER_TRY(log->CheckTables(budget_bytes));
  return log;
}

}  // namespace

absl::Status CheckRocksDbLog(const std::string& directory, const NamedCheckpoint* checkpoint,
                             const RocksDbLogOptions& options) {
  return Check(directory, checkpoint, options, kBudgetBytes).status();
}

absl::Status VerifyRocksDbLog(const std::string& directory, const NamedCheckpoint* checkpoint,
                              const RocksDbLogOptions& options) {
  ROSTER_ASSIGN(const std::unique_ptr<ReadOnlyLog> log,
                Check(directory, checkpoint, options, std::numeric_limits<uint64_t>::max()));
  return log->Scan(
      [](std::string_view /*record*/, const event::v1::Commit&) { return absl::OkStatus(); });
}

}  // namespace roster::storage
