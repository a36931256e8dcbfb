// Small files of ours, durable when a function returns OK.
//
// Over RocksDB's file system, so that one environment that injects faults serves all our files.
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

// The functions may be called from any thread; one at a time for the same path. `env` null: the
// system's file system. Errors are those of FromRocksDb (rocksdb_status.h), unless said otherwise.

// The whole content. NOT_FOUND: there is no such file.
absl::StatusOr<std::string> ReadFile(const std::string& path, rocksdb::Env* env = nullptr);

// Makes the content that of the file, whether there is one or not. After a crash the file is the
// old one or the new one, never something between. On an error it is either; the call may be
// repeated. Leaves at most <path>.new behind, which counts for nothing.
absl::Status ReplaceFile(const std::string& path, std::string_view content,
                         rocksdb::Env* env = nullptr);

// Adds a line, or several with line breaks between them; makes the file when there is none. A crash
// may leave the last line torn: then the file does not end with a line break, who reads it passes
// over what is after the last one, and the next AppendLine removes it. On an error the lines may be
// there or not.
absl::Status AppendLine(const std::string& path, std::string_view line,
                        rocksdb::Env* env = nullptr);

// Whether there is a file or directory. False also when that can't be told.
bool Exists(const std::string& path, rocksdb::Env* env = nullptr);

// Removes the files of a directory; it stays, with directories that are in it.
absl::Status RemoveFiles(const std::string& directory, rocksdb::Env* env = nullptr);

// Makes durable that the path, without a slash at its end, was created, renamed or removed.
absl::Status SyncEntry(const std::string& path, rocksdb::Env* env = nullptr);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BASE_FILE_H_
