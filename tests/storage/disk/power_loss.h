// A disk in memory that can lose its power.
//
// What is lost is what was not synced. Of a file: writes and truncations since its last sync. Of a
// directory: names that were made, moved or removed since the directory itself was synced; that
// ext4 makes the name of a new file durable with the file is not counted on.

#ifndef ROSTER_TESTS_STORAGE_DISK_POWER_LOSS_H_
#define ROSTER_TESTS_STORAGE_DISK_POWER_LOSS_H_

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace roster::storage {

// What a disk holds: files by path, and directories.
struct DiskImage {
  std::map<std::string, std::string> files;
  std::set<std::string> directories;

  bool operator==(const DiskImage& other) const {
    return files == other.files && directories == other.directories;
  }
};

// A change of the disk, or that something was synced.
struct DiskOperation {
  enum class Kind {
    kMakeDirectory,
    kCreate,
    kRename,
    kRemove,
    kWrite,
    kTruncate,
    kSync,
    kSyncNames
  };
  Kind kind;
  uint64_t file = 0;   // its number; 0 for directories
  std::string path;    // of a file or directory; of a rename, where from
  std::string target;  // of a rename
  uint64_t at = 0;     // offset of a write, size after a truncation
  std::string bytes;
};

// How a power loss treats what was not synced.
enum class Tearing {
  kInOrder,   // a prefix of the writes of each file, the last one torn between two sectors of 512
              // bytes: what a journalling file system leaves of a file that grows
  kAnyOrder,  // any sectors: what it leaves of a file that is overwritten in place
};

// A disk as it is under its file system: follows the operations and tells what a power loss now
// would leave. Thread-compatible.
class Disk {
 public:
  explicit Disk(const DiskImage& image);

  void Follow(const DiskOperation& operation);

  // The same seed gives the same image.
  DiskImage LosePower(uint64_t seed, Tearing tearing) const;

 private:
  struct File {
    std::string durable;
    std::vector<DiskOperation> pending;
  };

  static std::string Survivor(const File& file, Tearing tearing, std::mt19937_64& random);

  std::map<uint64_t, File> files_;
  std::map<std::string, uint64_t> names_;  // durable
  std::set<std::string> directories_;
  std::vector<DiskOperation> pending_names_;
};

// What a file system lies about: it says that it has synced, and has not.
struct SyncLies {
  bool files = false;
  bool names = false;
};

// Tests must detect each kind of lie.
inline constexpr SyncLies kAllLies[] = {
    {.files = true, .names = true}, {.files = true}, {.names = true}};
// All of them, where ROSTER_TEST_NO_SYNC is in the environment; else none.
SyncLies LiesAskedFor();

// The file system. Thread-safe. File locks have no effect.
class PowerLossFiles final : public rocksdb::FileSystem {
 public:
  explicit PowerLossFiles(const DiskImage& image);

  // From now on.
  void Lie(SyncLies lies) {
    const std::lock_guard lock(mutex_);
    lies_ = lies;
  }

  // Called before each sync of a file, without a lock. To be set while no thread writes.
  void OnSync(std::function<void()> on_sync) { on_sync_ = std::move(on_sync); }

  // All that was done so far.
  std::vector<DiskOperation> operations() const;
  // How much that is: where a power loss can be put.
  size_t operation_count() const;
  // All that is there, synced or not.
  DiskImage image() const;

  const char* Name() const override { return "PowerLossFiles"; }
  using Io = rocksdb::IOOptions;
  using Context = rocksdb::IODebugContext*;
  using Status = rocksdb::IOStatus;
  using Path = const std::string&;
  using How = const rocksdb::FileOptions&;
  Status NewSequentialFile(Path path, How, std::unique_ptr<rocksdb::FSSequentialFile>* result,
                           Context) override;
  Status NewRandomAccessFile(Path path, How, std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                             Context) override;
  Status NewWritableFile(Path path, How, std::unique_ptr<rocksdb::FSWritableFile>* result,
                         Context) override;
  Status ReopenWritableFile(Path path, How, std::unique_ptr<rocksdb::FSWritableFile>* result,
                            Context) override;
  Status NewRandomRWFile(Path path, How, std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                         Context) override;
  Status NewDirectory(Path path, const Io&, std::unique_ptr<rocksdb::FSDirectory>* result,
                      Context) override;
  Status NewLogger(Path, const Io&, std::shared_ptr<rocksdb::Logger>* result, Context) override;
  Status FileExists(Path path, const Io&, Context) override;
  Status GetChildren(Path path, const Io&, std::vector<std::string>* names, Context) override;
  Status DeleteFile(Path path, const Io&, Context) override;
  Status Truncate(Path path, size_t size, const Io&, Context) override;
  Status CreateDir(Path path, const Io&, Context) override;
  Status CreateDirIfMissing(Path path, const Io&, Context) override;
  Status DeleteDir(Path path, const Io&, Context) override;
  Status GetFileSize(Path path, const Io&, uint64_t* size, Context) override;
  Status GetFileModificationTime(Path path, const Io&, uint64_t* time, Context) override;
  Status RenameFile(Path from, Path to, const Io&, Context) override;
  Status LockFile(Path path, const Io&, rocksdb::FileLock** lock, Context) override;
  Status UnlockFile(rocksdb::FileLock* lock, const Io&, Context) override;
  Status GetTestDirectory(const Io&, std::string* path, Context) override;
  Status GetAbsolutePath(Path path, const Io&, std::string* absolute, Context) override;
  Status IsDirectory(Path path, const Io&, bool* is, Context) override;

  // Of the open files below; `file` is a file's number.
  uint64_t Size(uint64_t file) const;
  rocksdb::Slice Read(uint64_t file, uint64_t at, size_t count, char* scratch) const;
  Status Write(uint64_t file, uint64_t at, rocksdb::Slice bytes);
  Status Cut(uint64_t file, uint64_t size);
  Status Sync(uint64_t file);
  Status SyncNames(Path directory);

 private:
  // The number of the file with this name, made when `create`; 0 when there is none. Under the
  // lock.
  uint64_t Find(Path path, bool create);
  Status Record(DiskOperation operation);

  std::function<void()> on_sync_;
  mutable std::mutex mutex_;
  // All guarded by mutex_. A file that is removed while it is open stays readable.
  SyncLies lies_;
  std::map<uint64_t, std::string> contents_;
  std::map<std::string, uint64_t> names_;
  std::set<std::string> directories_;
  std::vector<DiskOperation> operations_;
  uint64_t last_file_ = 0;
};

// A file system and the environment over it.
struct PowerLossEnv {
  explicit PowerLossEnv(const DiskImage& image)
      : files(std::make_shared<PowerLossFiles>(image)), env(rocksdb::NewCompositeEnv(files)) {}

  std::shared_ptr<PowerLossFiles> files;
  std::unique_ptr<rocksdb::Env> env;
};

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_DISK_POWER_LOSS_H_
