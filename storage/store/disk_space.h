// Room on the disk. RocksDB as packaged aborts when a write finds the disk full, so writing stops
// before it comes to that.

#ifndef ROSTER_STORAGE_STORE_DISK_SPACE_H_
#define ROSTER_STORAGE_STORE_DISK_SPACE_H_

#include <string>

#include "absl/status/status.h"

namespace roster::storage {

// Whether the file system of the directory has room for commands: at least 64 MiB and 5 % of it are
// free. False also when it can't be asked.
bool HasDiskSpace(const std::string& directory);

// Whether there is room to open a store, less than that for commands: a server that takes no more
// commands can be started and read. RESOURCE_EXHAUSTED: there is not; the message says how much is
// wanted.
absl::Status CheckDiskSpaceToOpen(const std::string& directory);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_DISK_SPACE_H_
