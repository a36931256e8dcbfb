// The data directory as a whole.

#include "storage/store/store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/log/rocksdb_log.h"
#include "storage/store/disk_space.h"
#include "tests/storage/store/store_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
using event::v1::Commit;
namespace fs = std::filesystem;

mode_t ModeOf(const std::string& path) {
  struct stat facts = {};
  EXPECT_EQ(stat(path.c_str(), &facts), 0);
  return facts.st_mode & 0777;
}

TEST_F(StoreTest, IsOpenedAsItWasCreatedAndChanged) {
  ASSERT_THAT(Init(), IsOk());
  for (const Position position : {1u, 2u}) {
    absl::StatusOr<std::unique_ptr<Store>> store = Open();
    ASSERT_THAT(store, IsOk());
    EXPECT_EQ((*store)->log().head(), position);
    EXPECT_EQ((*store)->views().Latest()->position(), position);
    EXPECT_FALSE(Dump(*(*store)->views().Latest()).empty());
    AppendUsers((*store)->log(), 1, (*store)->vault());
  }
}

TEST_F(StoreTest, IsForItsOwnerOnly) {
  const mode_t before = umask(0);
  ASSERT_THAT(Init(), IsOk());
  ASSERT_THAT(Open(), IsOk());
  umask(before);
  EXPECT_EQ(ModeOf(path_), 0700u);
  EXPECT_EQ(ModeOf(path_ + "/log"), 0700u);
  EXPECT_EQ(ModeOf(path_ + "/views"), 0700u);
  EXPECT_EQ(ModeOf(paths_.key_encryption_key), 0600u);
}

TEST_F(StoreTest, HasNothingElseInItsDirectory) {
  ASSERT_THAT(Init(), IsOk());
  ASSERT_THAT(Open(), IsOk());
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("log", "views"));
}

TEST_F(StoreTest, IsNotFoundWhereThereIsNone) {
  EXPECT_THAT(Open(), Fails(StatusCode::kNotFound, "rosterd init"));
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(StoreTest, IsRefusedWhileOpen) {
  ASSERT_THAT(Init(), IsOk());
  const absl::StatusOr<std::unique_ptr<Store>> store = Open();
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT(Open(), Fails(StatusCode::kFailedPrecondition, "in use by another process"));
}

TEST_F(StoreTest, NeedsRoom) {
  const fs::space_info space = fs::space(directory_ / ".");
  const uintmax_t least = std::max<uintmax_t>(64 << 20, space.capacity / 20);
  EXPECT_EQ(HasDiskSpace(directory_ / "."), space.available >= least);
  EXPECT_FALSE(HasDiskSpace(directory_ / "none"));
  EXPECT_FALSE(HasDiskSpace("/proc"));  // a file system without any space
}

// Commands are refused before anything is destroyed, whichever disk is full.
TEST_F(StoreTest, AM2NeedsRoomWhereverItWrites) {
  if (!HasDiskSpace(directory_ / ".")) GTEST_SKIP() << "the disk of the test is full";
  ASSERT_THAT(Init(), IsOk());
  EXPECT_TRUE(HasDiskSpace(paths_));
  StorePaths elsewhere = paths_;
  elsewhere.checkpoint = "/proc/checkpoint";
  EXPECT_FALSE(HasDiskSpace(elsewhere));
  elsewhere = paths_;
  elsewhere.vault = "/proc/vault";
  EXPECT_FALSE(HasDiskSpace(elsewhere));
  elsewhere = paths_;
  elsewhere.directory = "/proc";
  EXPECT_FALSE(HasDiskSpace(elsewhere));
}

}  // namespace
}  // namespace roster::storage
