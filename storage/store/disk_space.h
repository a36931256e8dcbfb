// Disk space. RocksDB as packaged aborts when a write finds the disk full, so commands are refused
// before that.

#ifndef ROSTER_STORAGE_STORE_DISK_SPACE_H_
#define ROSTER_STORAGE_STORE_DISK_SPACE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "storage/store/store.h"

namespace roster::storage {

// Whether the file system of the directory has space for commands: at least 64 MiB and 5 % of it
// are free. False also if that can't be found out.
bool HasDiskSpace(const std::string& directory);

// The same wherever a command may write: besides the directory of the store, 4 MiB are free where
// the vault and the checkpoint lie, which grow by bytes. So an erasure is refused before it is
// decided, and none is cut off between its steps.
bool HasDiskSpace(const StorePaths& paths);

// The free bytes where the file or directory lies; 0 also if that can't be found out.
uint64_t FreeDiskSpace(const std::string& path);

// Whether there is space to open a store. It takes less than commands do, so a server that refuses
// commands can still be started and read. RESOURCE_EXHAUSTED: there is not enough; the message says
// how much is needed.
absl::Status CheckDiskSpaceToOpen(const std::string& directory);

// Whether there is space to write this many bytes and open a store then. Errors as
// CheckDiskSpaceToOpen.
absl::Status CheckDiskSpaceToRestore(const std::string& directory, uint64_t bytes);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_DISK_SPACE_H_
