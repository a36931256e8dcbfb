// Small files, durable when a function returns OK.
//
// They go through RocksDB's file system, so that one environment can inject faults into all files.
// Messages name the operation and the path. Modes follow the umask of the process, which is 077.

#ifndef ROSTER_STORAGE_BASE_FILE_H_
#define ROSTER_STORAGE_BASE_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rocksdb {
class Env;
}

namespace roster::storage {

// The functions may be called from any thread, but from one at a time for the same path. `env`
// null: the system's file system. Errors as FromRocksDb (rocksdb_status.h), where nothing else is
// said.

// The whole content. NOT_FOUND: there is no such file.
absl::StatusOr<std::string> ReadFile(const std::string& path, rocksdb::Env* env = nullptr);

// Creates the file with this content, or replaces its content. After a crash or an error the file
// is the old one or the new one, never something between. The call may be repeated. May leave
// <path>.new behind, which is ignored.
absl::Status ReplaceFile(const std::string& path, std::string_view content,
                         rocksdb::Env* env = nullptr);

// Adds a line, or several with line breaks between them, and creates the file where there is none.
// A crash may tear the last line: the file does not end with a line break then, readers must ignore
// what follows the last one, and the next AppendLine removes it. After an error the lines may be
// there or not.
absl::Status AppendLine(const std::string& path, std::string_view line,
                        rocksdb::Env* env = nullptr);

// Whether there is a file or directory. False also if that can't be found out.
bool Exists(const std::string& path, rocksdb::Env* env = nullptr);

// Removes the files of a directory. The directory itself and those in it stay.
absl::Status RemoveFiles(const std::string& directory, rocksdb::Env* env = nullptr);

// Makes it durable that the path (without a slash at its end) was created, renamed or removed.
absl::Status SyncEntry(const std::string& path, rocksdb::Env* env = nullptr);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BASE_FILE_H_
