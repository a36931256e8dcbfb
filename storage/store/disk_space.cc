#include "storage/store/disk_space.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>

#include "absl/strings/str_cat.h"

namespace roster::storage {
namespace {

constexpr uint64_t kLeastFreeBytes = 64 << 20;
constexpr uint64_t kLeastFreePercent = 5;
constexpr uint64_t kLeastFreeBesideBytes = 4 << 20;
// Opening writes the tail of the log into a table, folded views, and files of fixed size.
constexpr uint64_t kOpeningBytes = 32 << 20;

uint64_t FreeBytes(const struct statvfs& space) {
  return uint64_t{space.f_bavail} * space.f_frsize;
}

bool HasSpaceBeside(const std::string& file) {
  return FreeDiskSpace(("." / std::filesystem::path(file)).parent_path()) >= kLeastFreeBesideBytes;
}

}  // namespace

bool HasDiskSpace(const std::string& directory) {
  struct statvfs space = {};
  if (statvfs(directory.c_str(), &space) != 0) return false;
  const uint64_t total = uint64_t{space.f_blocks} * space.f_frsize;
  return FreeBytes(space) >= std::max(kLeastFreeBytes, total / 100 * kLeastFreePercent);
}

bool HasDiskSpace(const StorePaths& paths) {
  return HasDiskSpace(paths.directory) && HasSpaceBeside(paths.vault) &&
         HasSpaceBeside(paths.checkpoint);
}

uint64_t FreeDiskSpace(const std::string& path) {
  struct statvfs space = {};
  return statvfs(path.c_str(), &space) == 0 ? FreeBytes(space) : 0;
}

absl::Status CheckDiskSpaceToOpen(const std::string& directory) {
  return CheckDiskSpaceToRestore(directory, 0);
}

absl::Status CheckDiskSpaceToRestore(const std::string& directory, uint64_t bytes) {
  struct statvfs space = {};
  if (statvfs(directory.c_str(), &space) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("can't read the free space of ", directory));
  }
  const uint64_t needed = kOpeningBytes + bytes;
  if (FreeBytes(space) >= needed) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "the disk of ", directory, " is full: ", FreeBytes(space) >> 20, " MiB are free, ",
      needed >> 20,
      " MiB are needed to start. Nothing was changed. Free some space and start again"));
}

}  // namespace roster::storage
