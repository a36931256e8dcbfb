// A file system in which nothing can be changed.

#include "storage/log/read_only_files.h"

#include <gtest/gtest.h>
#include <rocksdb/file_system.h>

#include <memory>
#include <string>

#include "tests/storage/disk/power_loss.h"

namespace roster::storage {
namespace {

using rocksdb::FileOptions;
using rocksdb::IOOptions;

class ReadOnlyFilesTest : public testing::Test {
 protected:
  // However it is opened, nothing has changed in the end.
  ~ReadOnlyFilesTest() override {
    EXPECT_EQ(disk_.files->operation_count(), 0u);
    EXPECT_TRUE(disk_.files->image() == before_);
  }

  const DiskImage before_ = {.files = {{"/d/f", "content"}}, .directories = {"/", "/d"}};
  PowerLossEnv disk_{before_};
  const std::unique_ptr<rocksdb::Env> env_ = ReadOnlyEnv(disk_.env.get());
  rocksdb::FileSystem& files_ = *env_->GetFileSystem();
};

TEST_F(ReadOnlyFilesTest, CanBeRead) {
  std::string content;
  EXPECT_TRUE(rocksdb::ReadFileToString(env_.get(), "/d/f", &content).ok());
  EXPECT_EQ(content, "content");
  EXPECT_TRUE(env_->FileExists("/d/f").ok());
  EXPECT_TRUE(env_->CreateDirIfMissing("/d").ok());
}

TEST_F(ReadOnlyFilesTest, IgnoreRemovals) {
  EXPECT_TRUE(files_.DeleteFile("/d/f", IOOptions(), nullptr).ok());
  EXPECT_TRUE(files_.DeleteDir("/d", IOOptions(), nullptr).ok());
}

TEST_F(ReadOnlyFilesTest, RefuseAllThatWrites) {
  for (const char* path : {"/d/f", "/d/new"}) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    EXPECT_FALSE(files_.NewWritableFile(path, FileOptions(), &file, nullptr).ok());
    EXPECT_FALSE(files_.ReopenWritableFile(path, FileOptions(), &file, nullptr).ok());
    EXPECT_FALSE(files_.ReuseWritableFile(path, "/d/f", FileOptions(), &file, nullptr).ok());
    std::unique_ptr<rocksdb::FSRandomRWFile> random;
    EXPECT_FALSE(files_.NewRandomRWFile(path, FileOptions(), &random, nullptr).ok());
    std::unique_ptr<rocksdb::MemoryMappedFileBuffer> mapped;
    EXPECT_FALSE(files_.NewMemoryMappedFileBuffer(path, &mapped).ok());
    EXPECT_FALSE(files_.Truncate(path, 1, IOOptions(), nullptr).ok());
    rocksdb::FileLock* lock = nullptr;
    EXPECT_FALSE(files_.LockFile(path, IOOptions(), &lock, nullptr).ok());
  }
}

TEST_F(ReadOnlyFilesTest, RefuseNewNames) {
  EXPECT_FALSE(files_.CreateDir("/new", IOOptions(), nullptr).ok());
  EXPECT_FALSE(files_.CreateDirIfMissing("/new", IOOptions(), nullptr).ok());
  EXPECT_FALSE(files_.RenameFile("/d/f", "/d/g", IOOptions(), nullptr).ok());
  EXPECT_FALSE(files_.LinkFile("/d/f", "/d/g", IOOptions(), nullptr).ok());
}

TEST_F(ReadOnlyFilesTest, KeepNoMessages) {
  std::shared_ptr<rocksdb::Logger> logger;
  ASSERT_TRUE(files_.NewLogger("/d/LOG", IOOptions(), &logger, nullptr).ok());
  rocksdb::Log(rocksdb::InfoLogLevel::FATAL_LEVEL, logger.get(), "a message");
}

}  // namespace
}  // namespace roster::storage
