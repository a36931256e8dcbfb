#include "storage/store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "storage/rocksdb_log.h"

namespace roster::storage {
namespace {

namespace fs = std::filesystem;

constexpr char kLog[] = "log";
constexpr char kViews[] = "views";
constexpr char kUnfinishedLog[] = "log.new";
// What a fresh file system has in its root.
constexpr char kLostAndFound[] = "lost+found";

constexpr uint64_t kLeastFreeBytes = 64 << 20;
constexpr uint64_t kLeastFreePercent = 5;

absl::Status LastError(std::string_view what, const fs::path& path) {
  const int error = errno;
  return absl::ErrnoToStatus(error, absl::StrCat("can't ", std::string(what), " ", path.string()));
}

// An open directory, locked against others that create a store in it.
class LockedDirectory {
 public:
  LockedDirectory() = default;
  ~LockedDirectory() {
    if (file_ >= 0) (void)close(file_);
  }
  LockedDirectory(const LockedDirectory&) = delete;
  LockedDirectory& operator=(const LockedDirectory&) = delete;

  absl::Status Open(const fs::path& path) {
    file_ = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file_ < 0) return LastError("open", path);
    if (flock(file_, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
    if (errno != EWOULDBLOCK) return LastError("lock", path);
    return absl::FailedPreconditionError(
        absl::StrCat(path.string(), " is in use by another process"));
  }

  // Makes names that were added, removed or changed durable.
  absl::Status Sync(const fs::path& path) const {
    return fsync(file_) == 0 ? absl::OkStatus() : LastError("sync", path);
  }

 private:
  int file_ = -1;
};

absl::Status SyncParent(const fs::path& directory) {
  const fs::path parent = fs::absolute(directory / ".").parent_path().parent_path();
  const int file = open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return LastError("open", parent);
  absl::Status synced = fsync(file) == 0 ? absl::OkStatus() : LastError("sync", parent);
  (void)close(file);
  return synced;
}

// Refuses a directory that has more in it than a crash of InitStore leaves.
absl::Status CheckEmpty(const fs::path& directory) {
  std::error_code error;
  if (fs::exists(directory / kLog, error)) {
    return absl::AlreadyExistsError(absl::StrCat("a store is in ", directory.string()));
  }
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path name = entry->path().filename();
    if (name != kUnfinishedLog && name != kLostAndFound) {
      return absl::FailedPreconditionError(absl::StrCat(
          directory.string(), " is not empty: it has ", name.string(), ", but no store"));
    }
  }
  if (!error) return absl::OkStatus();
  return absl::ErrnoToStatus(error.value(), absl::StrCat("can't read ", directory.string()));
}

absl::Status WriteLog(const fs::path& directory, std::vector<event::v1::Commit> first) {
  std::error_code error;
  fs::remove_all(directory, error);
  if (error) {
    return absl::ErrnoToStatus(error.value(), absl::StrCat("can't remove ", directory.string()));
  }
  absl::StatusOr<std::unique_ptr<Log>> log = CreateRocksDbLog(directory);
  if (!log.ok()) return log.status();
  return (*log)->Append(0, first);
}

}  // namespace

absl::Status InitStore(const std::string& directory, std::vector<event::v1::Commit> first) {
  const fs::path root(directory);
  const bool made = mkdir(root.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return LastError("create", root);
  LockedDirectory locked;
  if (absl::Status status = locked.Open(root); !status.ok()) return status;
  if (absl::Status status = CheckEmpty(root); !status.ok()) return status;
  // Built under another name, inside the directory: a mounted volume can't be renamed itself.
  const fs::path unfinished = root / kUnfinishedLog;
  if (absl::Status status = WriteLog(unfinished, std::move(first)); !status.ok()) return status;
  if (std::rename(unfinished.c_str(), (root / kLog).c_str()) != 0) {
    return LastError("rename", unfinished);
  }
  if (absl::Status status = locked.Sync(root); !status.ok()) return status;
  return made ? SyncParent(root) : absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const StoreOptions& options,
                                                 const std::function<void(std::string_view)>& say) {
  const fs::path root(options.directory);
  // The log first: whoever has it, has the views too.
  absl::StatusOr<std::unique_ptr<Log>> log = OpenRocksDbLog(root / kLog);
  if (!log.ok()) return log.status();
  ViewsOptions views_options;
  views_options.directory = root / kViews;
  views_options.cache_bytes = options.cache_bytes;
  views_options.on_damage = options.on_damage;
  absl::StatusOr<std::unique_ptr<Views>> views = OpenViews(views_options, **log, say);
  if (!views.ok()) return views.status();
  return std::make_unique<Store>(*std::move(log), *std::move(views));
}

bool HasRoom(const std::string& directory) {
  struct statvfs space = {};
  if (statvfs(directory.c_str(), &space) != 0) return false;
  const uint64_t total = uint64_t{space.f_blocks} * space.f_frsize;
  const uint64_t free = uint64_t{space.f_bavail} * space.f_frsize;
  return free >= std::max(kLeastFreeBytes, total / 100 * kLeastFreePercent);
}

}  // namespace roster::storage
