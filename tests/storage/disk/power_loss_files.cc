// The file system over the disk that can lose its power.

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "storage/log/read_only_files.h"
#include "tests/storage/disk/power_loss.h"
#include "tests/storage/disk/power_loss_handles.h"

namespace roster::storage {
namespace {

using Kind = DiskOperation::Kind;
using Io = rocksdb::IOOptions;
using rocksdb::IODebugContext;
using rocksdb::IOStatus;
using rocksdb::Slice;

class NoLock final : public rocksdb::FileLock {};

// A path as the maps know it: RocksDB writes some with two slashes.
std::string Normal(const std::string& path) {
  std::string normal = std::filesystem::path(path).lexically_normal();
  if (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

IOStatus Missing(const std::string& path) { return IOStatus::PathNotFound("no such file", path); }

}  // namespace

SyncLies LiesAskedFor() {
  const bool no_sync = std::getenv("ROSTER_TEST_NO_SYNC") != nullptr;
  return {.files = no_sync, .names = no_sync};
}

PowerLossFiles::PowerLossFiles(const DiskImage& image) : directories_(image.directories) {
  for (const auto& [path, content] : image.files) {
    names_[path] = ++last_file_;
    contents_[last_file_] = content;
  }
}

std::vector<DiskOperation> PowerLossFiles::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

size_t PowerLossFiles::operation_count() const {
  const std::lock_guard lock(mutex_);
  return operations_.size();
}

DiskImage PowerLossFiles::image() const {
  const std::lock_guard lock(mutex_);
  DiskImage image;
  image.directories = directories_;
  for (const auto& [path, file] : names_) image.files[path] = contents_.at(file);
  return image;
}

IOStatus PowerLossFiles::Record(DiskOperation operation) {
  operations_.push_back(std::move(operation));
  return IOStatus::OK();
}

uint64_t PowerLossFiles::Find(Path path, bool create) {
  const std::string name = Normal(path);
  const auto found = names_.find(name);
  if (found != names_.end()) return found->second;
  if (!create) return 0;
  names_[name] = ++last_file_;
  contents_[last_file_];
  (void)Record({.kind = Kind::kCreate, .file = last_file_, .path = name});
  return last_file_;
}

uint64_t PowerLossFiles::Size(uint64_t file) const {
  const std::lock_guard lock(mutex_);
  return contents_.at(file).size();
}

Slice PowerLossFiles::Read(uint64_t file, uint64_t at, size_t count, char* scratch) const {
  const std::lock_guard lock(mutex_);
  const std::string& content = contents_.at(file);
  if (at >= content.size()) return {};
  count = std::min<size_t>(count, content.size() - at);
  std::memcpy(scratch, content.data() + at, count);
  return {scratch, count};
}

IOStatus PowerLossFiles::Write(uint64_t file, uint64_t at, Slice bytes) {
  const std::lock_guard lock(mutex_);
  std::string& content = contents_.at(file);
  if (content.size() < at + bytes.size()) content.resize(at + bytes.size(), '\0');
  content.replace(at, bytes.size(), bytes.data(), bytes.size());
  return Record({.kind = Kind::kWrite, .file = file, .at = at, .bytes = bytes.ToString()});
}

IOStatus PowerLossFiles::Cut(uint64_t file, uint64_t size) {
  const std::lock_guard lock(mutex_);
  std::string& content = contents_.at(file);
  if (content.size() == size) return IOStatus::OK();  // when RocksDB closes a file
  content.resize(size, '\0');
  return Record({.kind = Kind::kTruncate, .file = file, .at = size});
}

IOStatus PowerLossFiles::Sync(uint64_t file) {
  if (on_sync_) on_sync_();
  const std::lock_guard lock(mutex_);
  return lies_.files ? IOStatus::OK() : Record({.kind = Kind::kSync, .file = file});
}

IOStatus PowerLossFiles::SyncNames(Path directory) {
  const std::lock_guard lock(mutex_);
  return lies_.names ? IOStatus::OK() : Record({.kind = Kind::kSyncNames, .path = directory});
}

IOStatus PowerLossFiles::NewSequentialFile(Path path, How,
                                           std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                           Context) {
  const std::lock_guard lock(mutex_);
  const uint64_t file = Find(path, false);
  if (file == 0) return Missing(path);
  *result = std::make_unique<SequentialFile>(Handle{*this, file});
  return IOStatus::OK();
}

IOStatus PowerLossFiles::NewRandomAccessFile(Path path, How,
                                             std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                             Context) {
  const std::lock_guard lock(mutex_);
  const uint64_t file = Find(path, false);
  if (file == 0) return Missing(path);
  *result = std::make_unique<RandomAccessFile>(Handle{*this, file});
  return IOStatus::OK();
}

IOStatus PowerLossFiles::NewWritableFile(Path path, How how,
                                         std::unique_ptr<rocksdb::FSWritableFile>* result,
                                         Context context) {
  {
    const std::lock_guard lock(mutex_);
    if (!directories_.contains(std::filesystem::path(Normal(path)).parent_path())) {
      return Missing(path);
    }
    if (const uint64_t file = Find(path, false); file != 0 && !contents_.at(file).empty()) {
      contents_.at(file).clear();
      (void)Record({.kind = Kind::kTruncate, .file = file, .at = 0});
    }
  }
  return ReopenWritableFile(path, how, result, context);
}

IOStatus PowerLossFiles::ReopenWritableFile(Path path, How,
                                            std::unique_ptr<rocksdb::FSWritableFile>* result,
                                            Context) {
  uint64_t file = 0;
  {
    const std::lock_guard lock(mutex_);
    file = Find(path, true);
  }
  *result = std::make_unique<WritableFile>(Handle{*this, file});
  return IOStatus::OK();
}

IOStatus PowerLossFiles::NewRandomRWFile(Path path, How,
                                         std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                                         Context) {
  const std::lock_guard lock(mutex_);
  const uint64_t file = Find(path, false);
  if (file == 0) return Missing(path);
  *result = std::make_unique<RandomRwFile>(Handle{*this, file});
  return IOStatus::OK();
}

IOStatus PowerLossFiles::NewDirectory(Path path, const Io&,
                                      std::unique_ptr<rocksdb::FSDirectory>* result, Context) {
  const std::lock_guard lock(mutex_);
  if (!directories_.contains(Normal(path))) return Missing(path);
  *result = std::make_unique<OpenDirectory>(*this, Normal(path));
  return IOStatus::OK();
}

IOStatus PowerLossFiles::NewLogger(Path, const Io&, std::shared_ptr<rocksdb::Logger>* result,
                                   Context) {
  *result = SilentLogger();
  return IOStatus::OK();
}

IOStatus PowerLossFiles::FileExists(Path path, const Io&, Context) {
  const std::lock_guard lock(mutex_);
  if (Find(path, false) != 0 || directories_.contains(Normal(path))) return IOStatus::OK();
  return IOStatus::NotFound();
}

IOStatus PowerLossFiles::GetChildren(Path path, const Io&, std::vector<std::string>* names,
                                     Context) {
  const std::lock_guard lock(mutex_);
  const std::string directory = Normal(path);
  if (!directories_.contains(directory)) return Missing(path);
  names->clear();
  const auto add = [&](const std::filesystem::path& child) {
    if (child.parent_path() == directory) names->push_back(child.filename());
  };
  for (const auto& [name, file] : names_) add(name);
  for (const std::string& name : directories_) {
    if (name != directory) add(name);
  }
  return IOStatus::OK();
}

IOStatus PowerLossFiles::DeleteFile(Path path, const Io&, Context) {
  const std::lock_guard lock(mutex_);
  if (names_.erase(Normal(path)) == 0) return Missing(path);
  return Record({.kind = Kind::kRemove, .path = Normal(path)});
}

IOStatus PowerLossFiles::Truncate(Path path, size_t size, const Io&, Context) {
  uint64_t file = 0;
  {
    const std::lock_guard lock(mutex_);
    file = Find(path, false);
  }
  if (file == 0) return Missing(path);
  return Cut(file, size);
}

IOStatus PowerLossFiles::CreateDir(Path path, const Io&, Context) {
  const std::lock_guard lock(mutex_);
  if (!directories_.insert(Normal(path)).second) return IOStatus::IOError("exists", path);
  return Record({.kind = Kind::kMakeDirectory, .path = Normal(path)});
}

IOStatus PowerLossFiles::CreateDirIfMissing(Path path, const Io& options, Context context) {
  {
    const std::lock_guard lock(mutex_);
    if (directories_.contains(Normal(path))) return IOStatus::OK();
  }
  return CreateDir(path, options, context);
}

IOStatus PowerLossFiles::DeleteDir(Path path, const Io&, Context) {
  const std::lock_guard lock(mutex_);
  if (directories_.erase(Normal(path)) == 0) return Missing(path);
  return Record({.kind = Kind::kRemove, .path = Normal(path)});
}

IOStatus PowerLossFiles::GetFileSize(Path path, const Io&, uint64_t* size, Context) {
  const std::lock_guard lock(mutex_);
  const uint64_t file = Find(path, false);
  if (file == 0) return Missing(path);
  *size = contents_.at(file).size();
  return IOStatus::OK();
}

IOStatus PowerLossFiles::GetFileModificationTime(Path, const Io&, uint64_t* time, Context) {
  *time = 0;
  return IOStatus::OK();
}

IOStatus PowerLossFiles::RenameFile(Path from, Path to, const Io&, Context) {
  const std::lock_guard lock(mutex_);
  const uint64_t file = Find(from, false);
  if (file == 0) return Missing(from);
  names_.erase(Normal(from));
  names_[Normal(to)] = file;
  return Record({.kind = Kind::kRename, .file = file, .path = Normal(from), .target = Normal(to)});
}

IOStatus PowerLossFiles::LockFile(Path, const Io&, rocksdb::FileLock** lock, Context) {
  *lock = new NoLock;
  return IOStatus::OK();
}

IOStatus PowerLossFiles::UnlockFile(rocksdb::FileLock* lock, const Io&, Context) {
  delete lock;
  return IOStatus::OK();
}

IOStatus PowerLossFiles::GetTestDirectory(const Io&, std::string* path, Context) {
  *path = "/";
  return IOStatus::OK();
}

IOStatus PowerLossFiles::GetAbsolutePath(Path path, const Io&, std::string* absolute, Context) {
  *absolute = Normal(path);
  return IOStatus::OK();
}

IOStatus PowerLossFiles::IsDirectory(Path path, const Io&, bool* is, Context) {
  const std::lock_guard lock(mutex_);
  *is = directories_.contains(Normal(path));
  return IOStatus::OK();
}

}  // namespace roster::storage
