// The data directory as a whole.

#include "storage/store.h"

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

#include "storage/rocksdb_log.h"
#include "storage/room.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
using event::v1::Commit;
namespace fs = std::filesystem;

class StoreTest : public testing::Test {
 protected:
  absl::Status Init() { return InitStore(places_, {AccountCommit("a1"), AccountCommit("a2")}); }

  absl::StatusOr<std::unique_ptr<Store>> Open() {
    return OpenStore({.places = places_, .cache_bytes = 16 << 20}, std::ref(said_));
  }

  static mode_t Mode(const std::string& path) {
    struct stat facts = {};
    EXPECT_EQ(stat(path.c_str(), &facts), 0);
    return facts.st_mode & 0777;
  }

  TempDirectory directory_;
  const std::string path_ = directory_ / "data";
  const StorePlaces places_ = StorePlaces::Beside(path_);
  Said said_;
};

TEST_F(StoreTest, IsOpenedAsItWasCreatedAndChanged) {
  ASSERT_THAT(Init(), IsOk());
  for (const Position position : {2u, 3u}) {
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
  EXPECT_EQ(Mode(path_), 0700u);
  EXPECT_EQ(Mode(path_ + "/log"), 0700u);
  EXPECT_EQ(Mode(path_ + "/views"), 0700u);
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

TEST_F(StoreTest, IsNotCreatedOverAnother) {
  ASSERT_THAT(Init(), IsOk());
  const std::string id = (*Open())->log().id();
  EXPECT_THAT(Init(), HasCode(StatusCode::kAlreadyExists));
  EXPECT_EQ((*Open())->log().id(), id);
}

TEST_F(StoreTest, IsNotCreatedAmongOtherFiles) {
  fs::create_directory(path_);
  std::ofstream(path_ + "/letter.txt") << "dear";
  EXPECT_THAT(Init(), Fails(StatusCode::kFailedPrecondition, "letter.txt"));
  EXPECT_FALSE(fs::exists(path_ + "/log"));
  EXPECT_TRUE(fs::exists(path_ + "/letter.txt"));
}

TEST_F(StoreTest, IsNotCreatedInAFileOrWithoutAParent) {
  std::ofstream(path_) << "a file";
  EXPECT_FALSE(Init().ok());
  EXPECT_THAT(InitStore(StorePlaces::Beside(directory_ / "none/data"), {}),
              HasCode(StatusCode::kNotFound));
}

TEST_F(StoreTest, IsCreatedInAnEmptyVolume) {
  fs::create_directories(path_ + "/lost+found");
  EXPECT_THAT(Init(), IsOk());
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(StoreTest, IsCreatedAfterACrashOfItsCreation) {
  fs::create_directory(path_);
  {
    absl::StatusOr<std::unique_ptr<Log>> half = CreateRocksDbLog(path_ + "/log.new");
    ASSERT_THAT(half, IsOk());
    AppendUsers(**half, 5);
  }
  EXPECT_THAT(Open(), HasCode(StatusCode::kNotFound));
  ASSERT_THAT(Init(), IsOk());
  EXPECT_EQ((*Open())->log().head(), 2u);
  EXPECT_FALSE(fs::exists(path_ + "/log.new"));
}

TEST_F(StoreTest, IsNotCreatedByTwoAtOnce) {
  fs::create_directory(path_);
  const int other = open(path_.c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(flock(other, LOCK_EX), 0);
  EXPECT_THAT(Init(), Fails(StatusCode::kFailedPrecondition, "in use by another process"));
  close(other);
  EXPECT_THAT(Init(), IsOk());
}

TEST_F(StoreTest, IsNotThereWhenItsFirstCommitsAreRefused) {
  Commit large = AccountCommit("a1");
  large.set_cause(std::string(kMaxCommitBytes, 'x'));
  EXPECT_THAT(InitStore(places_, {large}), HasCode(StatusCode::kInvalidArgument));
  EXPECT_THAT(Open(), HasCode(StatusCode::kNotFound));
  EXPECT_THAT(Init(), IsOk());
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
  EXPECT_EQ(HasRoom(directory_ / "."), space.available >= least);
  EXPECT_FALSE(HasRoom(directory_ / "none"));
  EXPECT_FALSE(HasRoom("/proc"));  // a file system without any space
}

}  // namespace
}  // namespace roster::storage
