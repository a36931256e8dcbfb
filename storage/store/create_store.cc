#include "storage/store/create_store.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "storage/base/file.h"
#include "storage/log/checkpoint.h"
#include "storage/log/rocksdb_log.h"
#include "storage/store/directory_lock.h"
#include "storage/store/store_directory.h"
#include "storage/vault/vault.h"

namespace roster::storage {
namespace {

namespace fs = std::filesystem;

// The directory that a new file system has in its root.
constexpr char kLostAndFound[] = "lost+found";

absl::Status LastError(std::string_view what, const std::string& path) {
  const int error = errno;
  return absl::ErrnoToStatus(error, absl::StrCat("can't ", std::string(what), " ", path));
}

// Refuses a directory that has more in it than a crash of CreateStore leaves.
absl::Status CheckEmpty(const std::string& directory) {
  std::error_code error;
  if (fs::exists(LogDirectory(directory), error)) {
    return absl::AlreadyExistsError(absl::StrCat("a store is in ", directory));
  }
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path() != UnfinishedLogDirectory(directory) &&
        entry->path().filename() != kLostAndFound) {
      return absl::FailedPreconditionError(absl::StrCat(directory, " is not empty: it has ",
                                                        entry->path().filename().string(),
                                                        ", but no store"));
    }
  }
  if (!error) return absl::OkStatus();
  return absl::ErrnoToStatus(error.value(), absl::StrCat("can't read ", directory));
}

// The id of the log that an interrupted CreateStore was writing. Empty: there is none, or it had
// not written any other part yet.
std::string UnfinishedLogId(const std::string& directory) {
  const auto log = OpenRocksDbLog(UnfinishedLogDirectory(directory));
  return log.ok() && (*log)->head() > 0 ? (*log)->id() : "";
}

// Removes the parts of the unfinished log, and refuses those of any other. The erasure list names
// no log, but is written after the checkpoint beside it, and removed before it.
absl::Status RemoveUnfinished(const StorePaths& paths, const SecretKey& key,
                              const std::string& unfinished) {
  if (fs::exists(paths.vault)) {
    const auto vault = Vault::OpenFile({.path = paths.vault, .key_encryption_key = key});
    if (unfinished.empty() || !vault.ok() || (*vault)->log_id() != unfinished) {
      return absl::AlreadyExistsError(absl::StrCat("the key vault of a store is at ", paths.vault));
    }
  }
  const auto checkpoint = ReadCheckpoint(paths.checkpoint);
  const bool is_ours = !unfinished.empty() && checkpoint.ok() && checkpoint->log_id == unfinished;
  if (!is_ours && fs::exists(paths.checkpoint)) {
    return absl::AlreadyExistsError(
        absl::StrCat("the checkpoint of a store is at ", paths.checkpoint));
  }
  if (!is_ours && fs::exists(paths.erasure_list())) {
    return absl::AlreadyExistsError(
        absl::StrCat("the erasure list of a store is at ", paths.erasure_list()));
  }
  std::error_code error;
  fs::remove(paths.vault, error);
  if (!error) fs::remove(paths.erasure_list(), error);
  if (!error) fs::remove(paths.checkpoint, error);
  if (!error) fs::remove_all(UnfinishedLogDirectory(paths.directory), error);
  if (!error) return absl::OkStatus();
  return absl::ErrnoToStatus(error.value(), "can't clear away what a crash left");
}

// Makes the folder that a part lies in, where there is none.
absl::Status MakeFolderOf(const std::string& part) {
  const fs::path folder = fs::path(part).parent_path();
  if (folder.empty()) return absl::OkStatus();
  if (mkdir(folder.c_str(), 0700) == 0) return SyncEntry(folder);
  return errno == EEXIST ? absl::OkStatus() : LastError("create", folder);
}

absl::Status MakeFolders(const StorePaths& paths) {
  for (const std::string& part : {paths.directory, paths.vault, paths.checkpoint}) {
    ROSTER_TRY(MakeFolderOf(part));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CreateStore(const StorePaths& paths,
                         absl::FunctionRef<absl::StatusOr<SecretKey>()> read_key,
                         absl::FunctionRef<absl::Status(const SecretKey&)> write) {
  ROSTER_TRY(MakeFolders(paths));
  const std::string& directory = paths.directory;
  const bool made = mkdir(directory.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return LastError("create", directory);
  ROSTER_ASSIGN(const DirectoryLock lock, DirectoryLock::Take(directory));
  ROSTER_TRY(CheckEmpty(directory));
  ROSTER_ASSIGN(const SecretKey key, read_key());
  ROSTER_TRY(RemoveUnfinished(paths, key, UnfinishedLogId(directory)));
  ROSTER_TRY(write(key));
  const std::string unfinished = UnfinishedLogDirectory(directory);
  if (std::rename(unfinished.c_str(), LogDirectory(directory).c_str()) != 0) {
    return LastError("rename", unfinished);
  }
  if (absl::Status status = SyncEntry(LogDirectory(directory)); !status.ok() || !made)
    return status;
  return SyncEntry(fs::absolute(fs::path(directory) / ".").parent_path());
}

}  // namespace roster::storage
