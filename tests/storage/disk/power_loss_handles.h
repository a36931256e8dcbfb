// Open files and directories of the file system that can lose its power.

#ifndef ROSTER_TESTS_STORAGE_DISK_POWER_LOSS_HANDLES_H_
#define ROSTER_TESTS_STORAGE_DISK_POWER_LOSS_HANDLES_H_

#include <rocksdb/file_system.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "tests/storage/disk/power_loss.h"

namespace roster::storage {

// An open file: which one it is of which file system, which outlives it.
struct Handle {
  PowerLossFiles& files;
  uint64_t file;
};

class SequentialFile final : public rocksdb::FSSequentialFile {
 public:
  explicit SequentialFile(Handle handle) : handle_(handle) {}
  rocksdb::IOStatus Read(size_t count, const rocksdb::IOOptions&, rocksdb::Slice* result,
                         char* scratch, rocksdb::IODebugContext*) override {
    *result = handle_.files.Read(handle_.file, at_, count, scratch);
    at_ += result->size();
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Skip(uint64_t count) override {
    at_ = std::min(at_ + count, handle_.files.Size(handle_.file));
    return rocksdb::IOStatus::OK();
  }

 private:
  const Handle handle_;
  uint64_t at_ = 0;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFile {
 public:
  explicit RandomAccessFile(Handle handle) : handle_(handle) {}
  rocksdb::IOStatus Read(uint64_t at, size_t count, const rocksdb::IOOptions&,
                         rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext*) const override {
    *result = handle_.files.Read(handle_.file, at, count, scratch);
    return rocksdb::IOStatus::OK();
  }

 private:
  const Handle handle_;
};

class WritableFile final : public rocksdb::FSWritableFile {
 public:
  explicit WritableFile(Handle handle) : handle_(handle), size_(handle.files.Size(handle.file)) {}
  using FSWritableFile::Append;
  rocksdb::IOStatus Append(const rocksdb::Slice& bytes, const rocksdb::IOOptions&,
                           rocksdb::IODebugContext*) override {
    const uint64_t at = size_;
    size_ += bytes.size();
    return handle_.files.Write(handle_.file, at, bytes);
  }
  rocksdb::IOStatus Truncate(uint64_t size, const rocksdb::IOOptions&,
                             rocksdb::IODebugContext*) override {
    size_ = size;
    return handle_.files.Cut(handle_.file, size);
  }
  rocksdb::IOStatus Close(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Flush(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return handle_.files.Sync(handle_.file);
  }
  uint64_t GetFileSize(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return size_;
  }

 private:
  const Handle handle_;
  uint64_t size_;
};

class RandomRwFile final : public rocksdb::FSRandomRWFile {
 public:
  explicit RandomRwFile(Handle handle) : handle_(handle) {}
  rocksdb::IOStatus Write(uint64_t at, const rocksdb::Slice& bytes, const rocksdb::IOOptions&,
                          rocksdb::IODebugContext*) override {
    return handle_.files.Write(handle_.file, at, bytes);
  }
  rocksdb::IOStatus Read(uint64_t at, size_t count, const rocksdb::IOOptions&,
                         rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext*) const override {
    *result = handle_.files.Read(handle_.file, at, count, scratch);
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Flush(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return handle_.files.Sync(handle_.file);
  }
  rocksdb::IOStatus Close(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }

 private:
  const Handle handle_;
};

class OpenDirectory final : public rocksdb::FSDirectory {
 public:
  OpenDirectory(PowerLossFiles& files, std::string path) : files_(files), path_(std::move(path)) {}
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return files_.SyncNames(path_);
  }

 private:
  PowerLossFiles& files_;
  const std::string path_;
};

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_DISK_POWER_LOSS_HANDLES_H_
