// How a store comes to be: whole or not at all, and never over anything else.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "storage/log/rocksdb_log.h"
#include "tests/storage/store/store_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
using event::v1::Commit;
namespace fs = std::filesystem;

using StoreInitTest = StoreTest;

TEST_F(StoreInitTest, IsNotCreatedOverAnother) {
  ASSERT_THAT(Init(), IsOk());
  const std::string id = (*Open())->log().id();
  EXPECT_THAT(Init(), HasCode(StatusCode::kAlreadyExists));
  EXPECT_EQ((*Open())->log().id(), id);
}

TEST_F(StoreInitTest, IsNotCreatedAmongOtherFiles) {
  fs::create_directory(path_);
  std::ofstream(path_ + "/letter.txt") << "dear";
  EXPECT_THAT(Init(), Fails(StatusCode::kFailedPrecondition, "letter.txt"));
  EXPECT_FALSE(fs::exists(path_ + "/log"));
  EXPECT_TRUE(fs::exists(path_ + "/letter.txt"));
}

TEST_F(StoreInitTest, IsNotCreatedInAFileOrFarFromAFolder) {
  std::ofstream(path_) << "a file";
  EXPECT_FALSE(Init().ok());
  EXPECT_THAT(InitStore(StorePaths::Beside(directory_ / "none/none/data"), {}),
              HasCode(StatusCode::kNotFound));
  EXPECT_FALSE(fs::exists(directory_ / "none"));
}

TEST_F(StoreInitTest, TheFolderOfEachPartIsCreated) {
  const StorePaths paths{.directory = directory_ / "store/data",
                         .vault = directory_ / "vault/keys",
                         .key_encryption_key = directory_ / "kek",
                         .checkpoint = directory_ / "checkpoint/position"};
  EXPECT_THAT(InitStore(paths, {}), IsOk());
  EXPECT_THAT(VerifyStore(paths), IsOk());
}

TEST_F(StoreInitTest, IsCreatedInAnEmptyVolume) {
  fs::create_directories(path_ + "/lost+found");
  EXPECT_THAT(Init(), IsOk());
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(StoreInitTest, IsCreatedAfterACrashOfItsCreation) {
  fs::create_directory(path_);
  {
    absl::StatusOr<std::unique_ptr<Log>> half = CreateRocksDbLog(path_ + "/log.new");
    ASSERT_THAT(half, IsOk());
    AppendUsers(**half, 5);
  }
  EXPECT_THAT(Open(), HasCode(StatusCode::kNotFound));
  ASSERT_THAT(Init(), IsOk());
  EXPECT_EQ((*Open())->log().head(), 1u);
  EXPECT_FALSE(fs::exists(path_ + "/log.new"));
}

TEST_F(StoreInitTest, IsNotCreatedByTwoAtOnce) {
  fs::create_directory(path_);
  const int other = open(path_.c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(flock(other, LOCK_EX), 0);
  EXPECT_THAT(Init(), Fails(StatusCode::kFailedPrecondition, "in use by another process"));
  close(other);
  EXPECT_THAT(Init(), IsOk());
}

TEST_F(StoreInitTest, IsNotThereWhenItsFirstCommitsAreRefused) {
  Commit large = AccountCommit("a1");
  large.set_cause(std::string(kMaxCommitBytes, 'x'));
  EXPECT_THAT(InitStore(paths_, {large}), HasCode(StatusCode::kInvalidArgument));
  EXPECT_THAT(Open(), HasCode(StatusCode::kNotFound));
  EXPECT_THAT(Init(), IsOk());
}

// What a crash between two steps of a creation leaves is cleared away by the next one: taken from a
// whole store, the last steps are undone.
TEST_F(StoreInitTest, IsCreatedAfterACrashAtAnyStep) {
  for (int steps = 0; steps < 5; ++steps) {
    fs::remove_all(path_);
    for (const std::string& part : {paths_.vault, paths_.checkpoint}) fs::remove(part);
    ASSERT_THAT(Init(), IsOk());
    const std::string key = Content(paths_.key_encryption_key);
    const std::string id = Opened()->log().id();
    fs::remove_all(path_ + "/views");
    fs::rename(path_ + "/log", path_ + "/log.new");
    if (steps < 4) fs::remove(paths_.checkpoint);
    if (steps < 3) fs::remove(paths_.vault);
    if (steps < 2) fs::remove(path_ + "/log.new/CURRENT");
    if (steps < 1) fs::remove_all(path_ + "/log.new");
    EXPECT_THAT(Open(), HasCode(steps == 4 ? StatusCode::kDataLoss : StatusCode::kNotFound));
    ASSERT_THAT(Init(), IsOk()) << steps;
    EXPECT_NE(Opened()->log().id(), id);
    EXPECT_EQ(Content(paths_.key_encryption_key), key) << "a key that is there is taken";
    EXPECT_THAT(VerifyStore(paths_), IsOk());
  }
}

// Files of another store are never taken for what a crash left.
TEST_F(StoreInitTest, IsNotCreatedOverThePartsOfAnotherStore) {
  ASSERT_THAT(Init(), IsOk());
  Opened().reset();
  fs::rename(path_, directory_ / "elsewhere");
  for (const bool unfinished : {false, true}) {
    if (unfinished) {
      fs::create_directory(path_);
      absl::StatusOr<std::unique_ptr<Log>> other = CreateRocksDbLog(path_ + "/log.new");
      ASSERT_THAT(other, IsOk());
      AppendUsers(**other, 1);
    }
    const std::string vault = Content(paths_.vault);
    const std::string checkpoint = Content(paths_.checkpoint);
    EXPECT_THAT(Init(), Fails(StatusCode::kAlreadyExists, paths_.vault));
    EXPECT_EQ(Content(paths_.vault), vault);
    fs::rename(paths_.vault, directory_ / "kept");
    EXPECT_THAT(Init(), Fails(StatusCode::kAlreadyExists, paths_.checkpoint));
    EXPECT_EQ(Content(paths_.checkpoint), checkpoint);
    fs::rename(directory_ / "kept", paths_.vault);
    EXPECT_FALSE(fs::exists(path_ + "/log"));
  }
  fs::remove(paths_.vault);
  fs::remove(paths_.checkpoint);
  Overwrite(paths_.erasure_list(), "erased 1 1 a1 ann\n");
  EXPECT_THAT(Init(), Fails(StatusCode::kAlreadyExists, paths_.erasure_list()));
  EXPECT_EQ(Content(paths_.erasure_list()), "erased 1 1 a1 ann\n");
}

TEST_F(StoreInitTest, TakesTheKeyOfTheEnvironment) {
  StorePaths paths = paths_;
  paths.key_encryption_key = "env:ROSTER_TEST_STORE_KEK";
  EXPECT_THAT(InitStore(paths, {AccountCommit("a1")}), HasCode(StatusCode::kInvalidArgument));
  setenv("ROSTER_TEST_STORE_KEK", std::string(64, 'a').c_str(), 1);
  EXPECT_THAT(InitStore(paths, {AccountCommit("a1")}), IsOk());
  options_.paths = paths;
  EXPECT_THAT(Open(), IsOk());
  EXPECT_FALSE(fs::exists(paths_.key_encryption_key));
  unsetenv("ROSTER_TEST_STORE_KEK");
  EXPECT_THAT(Open(), Fails(StatusCode::kNotFound, "ROSTER_TEST_STORE_KEK"));
}

TEST_F(StoreInitTest, IsNotCreatedUnderAKeyThatOthersMayRead) {
  Overwrite(paths_.key_encryption_key, std::string(64, 'a'));
  fs::permissions(paths_.key_encryption_key, fs::perms(0644));
  EXPECT_THAT(Init(), Fails(StatusCode::kFailedPrecondition, "chmod 600"));
  EXPECT_FALSE(fs::exists(paths_.vault));
}

TEST(StorePlacesTest, AreBesideTheDirectory) {
  for (const char* name : {"/var/data", "/var/data/", "/var/data//"}) {
    const StorePaths paths = StorePaths::Beside(name);
    EXPECT_EQ(paths.directory, name);
    EXPECT_EQ(paths.vault, "/var/data.vault");
    EXPECT_EQ(paths.key_encryption_key, "/var/data.kek");
    EXPECT_EQ(paths.checkpoint, "/var/data.checkpoint");
    EXPECT_EQ(paths.erasure_list(), "/var/data.checkpoint.erased");
  }
}

}  // namespace
}  // namespace roster::storage
