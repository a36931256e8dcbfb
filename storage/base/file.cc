#include "storage/base/file.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "storage/base/rocksdb_status.h"

namespace roster::storage {
namespace {

using rocksdb::FileOptions;
using rocksdb::FileSystem;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// As much as is read at once.
constexpr size_t kChunkBytes = 64 << 10;

FileSystem& Files(rocksdb::Env* env) {
  return *(env == nullptr ? rocksdb::Env::Default() : env)->GetFileSystem();
}

absl::Status Failed(const IOStatus& status, std::string_view operation, const std::string& path) {
  return FromRocksDb(status, absl::StrCat(std::string(operation), " ", path));
}

// Writes to an open file, makes it durable and closes it.
absl::Status WriteAll(rocksdb::FSWritableFile& file, std::string_view bytes,
                      const std::string& path) {
  IOStatus status = file.Append(rocksdb::Slice(bytes.data(), bytes.size()), IOOptions(), nullptr);
  if (!status.ok()) return Failed(status, "write", path);
  status = file.Fsync(IOOptions(), nullptr);
  if (!status.ok()) return Failed(status, "sync", path);
  return Failed(file.Close(IOOptions(), nullptr), "close", path);
}

// The last byte; a line break for a file that is empty or not there.
absl::StatusOr<char> LastByte(const std::string& path, rocksdb::Env* env) {
  FileSystem& files = Files(env);
  uint64_t size = 0;
  IOStatus status = files.GetFileSize(path, IOOptions(), &size, nullptr);
  if (status.IsNotFound() || status.IsPathNotFound() || (status.ok() && size == 0)) return '\n';
  if (!status.ok()) return Failed(status, "read", path);
  std::unique_ptr<rocksdb::FSRandomAccessFile> file;
  status = files.NewRandomAccessFile(path, FileOptions(), &file, nullptr);
  if (!status.ok()) return Failed(status, "open", path);
  char last = 0;
  rocksdb::Slice read;
  status = file->Read(size - 1, 1, IOOptions(), &read, &last, nullptr);
  if (!status.ok()) return Failed(status, "read", path);
  if (read.size() != 1) return absl::DataLossError(absl::StrCat("can't read ", path));
  return read[0];
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileReader>> FileReader::Open(const std::string& path,
                                                             rocksdb::Env* env) {
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  const IOStatus status = Files(env).NewSequentialFile(path, FileOptions(), &file, nullptr);
  if (status.IsNotFound() || status.IsPathNotFound()) {
    return absl::NotFoundError(absl::StrCat("there is no file ", path));
  }
  if (!status.ok()) return Failed(status, "open", path);
  return std::unique_ptr<FileReader>(new FileReader(path, std::move(file)));
}

FileReader::FileReader(std::string path, std::unique_ptr<rocksdb::FSSequentialFile> file)
    : path_(std::move(path)), file_(std::move(file)) {}

FileReader::~FileReader() = default;

absl::StatusOr<std::string> FileReader::Read(size_t count) {
  std::string bytes;
  while (true) {
    const std::string_view ahead = std::string_view(buffer_).substr(taken_, count - bytes.size());
    bytes.append(ahead);
    taken_ += ahead.size();
    if (bytes.size() == count) return bytes;
    buffer_.resize(kChunkBytes);
    taken_ = 0;
    rocksdb::Slice read;
    const IOStatus status =
        file_->Read(buffer_.size(), IOOptions(), &read, buffer_.data(), nullptr);
    if (!status.ok()) return Failed(status, "read", path_);
    buffer_ = read.ToString();
    if (buffer_.empty()) return bytes;
  }
}

absl::StatusOr<std::string> ReadFile(const std::string& path, rocksdb::Env* env) {
  ROSTER_ASSIGN(const std::unique_ptr<FileReader> file, FileReader::Open(path, env));
  std::string content;
  while (true) {
    ROSTER_ASSIGN(const std::string chunk, file->Read(kChunkBytes));
    if (chunk.empty()) return content;
    content += chunk;
  }
}

absl::StatusOr<std::unique_ptr<NewFile>> NewFile::Create(const std::string& path,
                                                         rocksdb::Env* env) {
  const std::string fresh = UnpublishedPath(path);
  std::unique_ptr<rocksdb::FSWritableFile> file;
  const IOStatus status = Files(env).NewWritableFile(fresh, FileOptions(), &file, nullptr);
  if (!status.ok()) return Failed(status, "create", fresh);
  return std::unique_ptr<NewFile>(new NewFile(path, env, std::move(file)));
}

NewFile::NewFile(std::string path, rocksdb::Env* env, std::unique_ptr<rocksdb::FSWritableFile> file)
    : path_(std::move(path)), env_(env), file_(std::move(file)) {}

NewFile::~NewFile() {
  if (published_) return;
  Files(env_).DeleteFile(UnpublishedPath(path_), IOOptions(), nullptr).PermitUncheckedError();
}

absl::Status NewFile::Append(std::string_view bytes) {
  constexpr size_t kBufferBytes = 256 << 10;
  buffer_.append(bytes);
  if (buffer_.size() < kBufferBytes) return absl::OkStatus();
  const std::string buffered = std::exchange(buffer_, {});
  return Failed(file_->Append(buffered, IOOptions(), nullptr), "write", UnpublishedPath(path_));
}

absl::Status NewFile::Finish() { return WriteAll(*file_, buffer_, UnpublishedPath(path_)); }

absl::Status NewFile::Publish() {
  const IOStatus status =
      Files(env_).RenameFile(UnpublishedPath(path_), path_, IOOptions(), nullptr);
  if (!status.ok()) return Failed(status, "rename to", path_);
  published_ = true;
  return SyncEntry(path_, env_);
}

absl::Status ReplaceFile(const std::string& path, std::string_view content, rocksdb::Env* env) {
  ROSTER_ASSIGN(const std::unique_ptr<NewFile> file, NewFile::Create(path, env));
  ROSTER_TRY(file->Append(content));
  ROSTER_TRY(file->Finish());
  return file->Publish();
}

absl::Status AppendLine(const std::string& path, std::string_view line, rocksdb::Env* env) {
  FileSystem& files = Files(env);
  ROSTER_ASSIGN(const char last, LastByte(path, env));
  const std::string whole_line = absl::StrCat(std::string(line), "\n");
  if (last != '\n') {
    ROSTER_ASSIGN(std::string content, ReadFile(path, env));
    const size_t last_break = content.rfind('\n');
    content.resize(last_break == std::string::npos ? 0 : last_break + 1);
    return ReplaceFile(path, content + whole_line, env);
  }
  std::unique_ptr<rocksdb::FSWritableFile> file;
  const IOStatus status = files.ReopenWritableFile(path, FileOptions(), &file, nullptr);
  if (!status.ok()) return Failed(status, "open", path);
  ROSTER_TRY(WriteAll(*file, whole_line, path));
  return SyncEntry(path, env);
}

bool Exists(const std::string& path, rocksdb::Env* env) {
  return Files(env).FileExists(path, IOOptions(), nullptr).ok();
}

absl::Status RemoveFiles(const std::string& directory, rocksdb::Env* env) {
  FileSystem& files = Files(env);
  std::vector<std::string> names;
  IOStatus status = files.GetChildren(directory, IOOptions(), &names, nullptr);
  if (!status.ok()) return Failed(status, "read", directory);
  for (const std::string& name : names) {
    const std::string path = absl::StrCat(directory, "/", name);
    bool is_directory = false;
    status = files.IsDirectory(path, IOOptions(), &is_directory, nullptr);
    if (status.ok() && !is_directory) status = files.DeleteFile(path, IOOptions(), nullptr);
    if (!status.ok()) return Failed(status, "remove", path);
  }
  return absl::OkStatus();
}

absl::Status SyncEntry(const std::string& path, rocksdb::Env* env) {
  const std::string directory =
      std::filesystem::path("." / std::filesystem::path(path)).parent_path();
  std::unique_ptr<rocksdb::FSDirectory> opened;
  IOStatus status = Files(env).NewDirectory(directory, IOOptions(), &opened, nullptr);
  if (status.ok()) status = opened->Fsync(IOOptions(), nullptr);
  return Failed(status, "sync the directory", directory);
}

}  // namespace roster::storage
