#include "storage/base/rocksdb_status.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace roster::storage {
namespace {

// Whether a directory could not be opened because it is open already.
bool IsInUse(const rocksdb::Status& status) {
  if (!status.IsIOError() || status.getState() == nullptr) return false;
  // RocksDB has no code for this, but two texts: another process has the lock, or this one has it.
  const std::string_view text = status.getState();
  return text.rfind("While lock file", 0) == 0 ||
         text.rfind("lock hold by current process", 0) == 0;
}

}  // namespace

absl::Status FromRocksDb(const rocksdb::Status& status, std::string_view what) {
  if (status.ok()) return absl::OkStatus();
  if (IsInUse(status)) {
    return absl::FailedPreconditionError(
        absl::StrCat("can't ", std::string(what), ": it is in use by another process"));
  }
  const std::string message = absl::StrCat("can't ", std::string(what), ": ", status.ToString());
  if (status.IsCorruption()) return absl::DataLossError(message);
  if (status.IsNoSpace()) return absl::ResourceExhaustedError(message);
  return absl::InternalError(message);
}

}  // namespace roster::storage
