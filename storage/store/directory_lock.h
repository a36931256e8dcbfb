// An exclusive lock on a directory.

#ifndef ROSTER_STORAGE_STORE_DIRECTORY_LOCK_H_
#define ROSTER_STORAGE_STORE_DIRECTORY_LOCK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace roster::storage {

// Held until it is destroyed or the process ends, also by a kill. Thread-compatible; movable.
class DirectoryLock {
 public:
  // NOT_FOUND: there is no such directory. FAILED_PRECONDITION: another process has the lock. Other
  // errors are those of the file system.
  static absl::StatusOr<DirectoryLock> Take(const std::string& directory);

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int file) : file_(file) {}

  int file_;  // -1: moved away
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_DIRECTORY_LOCK_H_
