// Small files, durable when a function returns OK.
//
// They go through RocksDB's file system, so that one environment can inject faults into all files.
// Messages name the operation and the path. Modes follow the umask of the process, which is 077.

#ifndef ROSTER_STORAGE_BASE_FILE_H_
#define ROSTER_STORAGE_BASE_FILE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rocksdb {
class Env;
class FSSequentialFile;
class FSWritableFile;
}  // namespace rocksdb

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

// A file that is read piece by piece. Thread-compatible.
class FileReader {
 public:
  // NOT_FOUND: there is no such file.
  static absl::StatusOr<std::unique_ptr<FileReader>> Open(const std::string& path,
                                                          rocksdb::Env* env = nullptr);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  // The next bytes; fewer at the end of the file.
  absl::StatusOr<std::string> Read(size_t count);

 private:
  FileReader(std::string path, std::unique_ptr<rocksdb::FSSequentialFile> file);

  const std::string path_;
  const std::unique_ptr<rocksdb::FSSequentialFile> file_;
  std::string buffer_;  // what was read ahead,
  size_t taken_ = 0;    // and how much of it was handed out
};

// A file that is written piece by piece. Until Publish it is <path>.new, which takes the place of
// one that a crash has left, and is removed with this object. Thread-compatible.
class NewFile {
 public:
  static absl::StatusOr<std::unique_ptr<NewFile>> Create(const std::string& path,
                                                         rocksdb::Env* env = nullptr);
  // The path until Publish.
  static std::string UnpublishedPath(const std::string& path) { return path + ".new"; }

  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  absl::Status Append(std::string_view bytes);
  // Makes the bytes durable and ends the file.
  absl::Status Finish();
  // After Finish: gives the file its path, durably, in the place of another one there.
  absl::Status Publish();

 private:
  NewFile(std::string path, rocksdb::Env* env, std::unique_ptr<rocksdb::FSWritableFile> file);

  const std::string path_;
  rocksdb::Env* const env_;
  const std::unique_ptr<rocksdb::FSWritableFile> file_;
  std::string buffer_;
  bool published_ = false;
};

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
