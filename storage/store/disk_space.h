// Disk space. RocksDB as packaged aborts when a write finds the disk full, so commands are refused
// before that.

#ifndef ROSTER_STORAGE_STORE_DISK_SPACE_H_
#define ROSTER_STORAGE_STORE_DISK_SPACE_H_

#include <string>

#include "absl/status/status.h"

namespace roster::storage {

// Whether the file system of the directory has space for commands: at least 64 MiB and 5 % of it
// are free. False also if that can't be found out.
bool HasDiskSpace(const std::string& directory);

// Whether there is space to open a store. It takes less than commands do, so a server that refuses
// commands can still be started and read. RESOURCE_EXHAUSTED: there is not enough; the message says
// how much is needed.
absl::Status CheckDiskSpaceToOpen(const std::string& directory);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_DISK_SPACE_H_
