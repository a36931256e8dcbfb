// What the disk that loses its power makes of files and names: the fake itself.

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "tests/storage/disk/power_loss.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

using rocksdb::FileOptions;
using rocksdb::IOOptions;

const DiskImage kEmpty = {.files = {}, .directories = {"/"}};

// All that power losses after the last operation can leave of a file; "-" stands for no file.
std::set<std::string> Left(const DiskImage& before, const PowerLossFiles& files,
                           const std::string& path, Tearing tearing = Tearing::kInOrder) {
  Disk disk(before);
  for (const DiskOperation& operation : files.operations()) disk.Follow(operation);
  std::set<std::string> left;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const DiskImage image = disk.LosePower(seed, tearing);
    const auto file = image.files.find(path);
    left.insert(file == image.files.end() ? "-" : file->second);
  }
  return left;
}

std::set<std::string> Left(const PowerLossFiles& files, const std::string& path) {
  return Left(kEmpty, files, path);
}

std::unique_ptr<rocksdb::FSWritableFile> Create(PowerLossFiles& files, const std::string& path) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  EXPECT_TRUE(files.NewWritableFile(path, FileOptions(), &file, nullptr).ok());
  return file;
}

void Append(rocksdb::FSWritableFile& file, const std::string& bytes) {
  EXPECT_TRUE(file.Append(bytes, IOOptions(), nullptr).ok());
}

void Sync(rocksdb::FSWritableFile& file) { EXPECT_TRUE(file.Sync(IOOptions(), nullptr).ok()); }

using Set = std::set<std::string>;

TEST(PowerLossDisk, TearsWhatWasNotSyncedBetweenSectors) {
  PowerLossFiles files(kEmpty);
  const auto file = Create(files, "/f");
  EXPECT_TRUE(files.SyncNames("/").ok());
  const std::string synced(700, 's');
  Append(*file, synced);
  Sync(*file);
  const std::string late(1'000, 'l');
  Append(*file, late);
  const std::string all = synced + late;
  EXPECT_EQ(Left(files, "/f"), (Set{synced, all.substr(0, 1024), all.substr(0, 1536), all}));
  Sync(*file);
  EXPECT_EQ(Left(files, "/f"), Set{all});
}

TEST(PowerLossDisk, KeepsANameWhenItsDirectoryWasSynced) {
  PowerLossFiles files(kEmpty);
  const auto file = Create(files, "/f");
  Append(*file, "x");
  Sync(*file);
  EXPECT_EQ(Left(files, "/f"), (Set{"-", "x"}));
  EXPECT_TRUE(files.SyncNames("/").ok());
  EXPECT_EQ(Left(files, "/f"), Set{"x"});
  EXPECT_TRUE(files.DeleteFile("/f", IOOptions(), nullptr).ok());
  EXPECT_EQ(Left(files, "/f"), (Set{"-", "x"}));
  EXPECT_TRUE(files.SyncNames("/").ok());
  EXPECT_EQ(Left(files, "/f"), Set{"-"});
}

TEST(PowerLossDisk, RenamesAsAWhole) {
  const DiskImage before = {.files = {{"/a", "new"}, {"/b", "old"}}, .directories = {"/"}};
  PowerLossFiles files(before);
  EXPECT_TRUE(files.RenameFile("/a", "/b", IOOptions(), nullptr).ok());
  EXPECT_EQ(Left(before, files, "/b"), (Set{"old", "new"}));
  EXPECT_TRUE(files.SyncNames("/").ok());
  EXPECT_EQ(Left(before, files, "/b"), Set{"new"});
  EXPECT_EQ(Left(before, files, "/a"), Set{"-"});
}

TEST(PowerLossDisk, OverwritesEachSectorOrNot) {
  const std::string old(512, 'o');
  const std::string fresh(512, 'f');
  const DiskImage before = {.files = {{"/f", old + old}}, .directories = {"/"}};
  PowerLossFiles files(before);
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  ASSERT_TRUE(files.NewRandomRWFile("/f", FileOptions(), &file, nullptr).ok());
  EXPECT_TRUE(file->Write(0, fresh + fresh, IOOptions(), nullptr).ok());
  EXPECT_EQ(Left(before, files, "/f", Tearing::kAnyOrder),
            (Set{old + old, old + fresh, fresh + old, fresh + fresh}));
  EXPECT_TRUE(file->Sync(IOOptions(), nullptr).ok());
  EXPECT_EQ(Left(before, files, "/f", Tearing::kAnyOrder), Set{fresh + fresh});
}

TEST(PowerLossDisk, CanTruncate) {
  const DiskImage before = {.files = {{"/f", "long"}}, .directories = {"/"}};
  PowerLossFiles files(before);
  EXPECT_TRUE(files.Truncate("/f", 2, IOOptions(), nullptr).ok());
  EXPECT_EQ(Left(before, files, "/f"), (Set{"lo", "long"}));
}

TEST(PowerLossDisk, LiesWhenAsked) {
  PowerLossFiles files(kEmpty);
  files.Lie({.files = true, .names = true});
  const auto file = Create(files, "/f");
  EXPECT_TRUE(files.SyncNames("/").ok());
  Append(*file, "x");
  Sync(*file);
  EXPECT_EQ(Left(files, "/f"), (Set{"-", "", "x"}));
  EXPECT_EQ(files.image().files.at("/f"), "x");
}

}  // namespace
}  // namespace roster::storage
