#include "storage/log/read_only_files.h"

#include <rocksdb/file_system.h>

#include <cstdarg>
#include <string>

namespace roster::storage {
namespace {

using rocksdb::FileLock;
using rocksdb::FileOptions;
using rocksdb::FileSystem;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class Silent final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

IOStatus Refused(const std::string& path) { return IOStatus::IOError("opened for reading", path); }

class ReadOnlyFiles final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "ReadOnlyFiles"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions&,
                           std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return Refused(path);
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return Refused(path);
  }
  IOStatus ReuseWritableFile(const std::string& path, const std::string&, const FileOptions&,
                             std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return Refused(path);
  }
  IOStatus NewRandomRWFile(const std::string& path, const FileOptions&,
                           std::unique_ptr<rocksdb::FSRandomRWFile>*, IODebugContext*) override {
    return Refused(path);
  }
  IOStatus NewMemoryMappedFileBuffer(const std::string& path,
                                     std::unique_ptr<rocksdb::MemoryMappedFileBuffer>*) override {
    return Refused(path);
  }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>* result,
                     IODebugContext*) override {
    *result = SilentLogger();
    return IOStatus::OK();
  }
  IOStatus CreateDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return Refused(path);
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions& options,
                              IODebugContext* context) override {
    return FileExists(path, options, context);
  }
  IOStatus Truncate(const std::string& path, size_t, const IOOptions&, IODebugContext*) override {
    return Refused(path);
  }
  IOStatus RenameFile(const std::string& path, const std::string&, const IOOptions&,
                      IODebugContext*) override {
    return Refused(path);
  }
  IOStatus LinkFile(const std::string& path, const std::string&, const IOOptions&,
                    IODebugContext*) override {
    return Refused(path);
  }
  IOStatus LockFile(const std::string& path, const IOOptions&, FileLock**,
                    IODebugContext*) override {
    return Refused(path);  // it would make the file
  }
  // RocksDB goes on when a file can't be removed, but reports it.
  IOStatus DeleteFile(const std::string&, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  IOStatus DeleteDir(const std::string&, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
};

}  // namespace

std::unique_ptr<rocksdb::Env> ReadOnlyEnv(rocksdb::Env* env) {
  if (env == nullptr) env = rocksdb::Env::Default();
  return rocksdb::NewCompositeEnv(std::make_shared<ReadOnlyFiles>(env->GetFileSystem()));
}

std::shared_ptr<rocksdb::Logger> SilentLogger() { return std::make_shared<Silent>(); }

}  // namespace roster::storage
