// Erasing in a real store: answered when nobody can read the user any more, purged in the
// background, finished by the next start when it was cut off.

#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "domain/rows/user_rows.h"
#include "storage/store/eraser.h"
#include "tests/storage/store/store_support.h"
#include "tests/storage/vault/vault_support.h"

namespace roster::storage {
namespace {

class StoreEraseTest : public StoreTest {
 protected:
  void SetUp() override { ASSERT_THAT(Init(), IsOk()); }
};

TEST_F(StoreEraseTest, LeavesNothingOncePurged) {
  RunningStore running(Opened());
  running.DoAll({Creates("ann"), Creates("bob")});
  ASSERT_THAT(running->views().Purge(), IsOk());  // so that the views have files
  EXPECT_GT(FilesWith("ann@example.com"), 0);
  const Outcome outcome = running.Do(Erases("ann"));
  EXPECT_EQ(outcome.position, 4u);
  AwaitPurged(*running);
  ExpectForgotten("purged");
  EXPECT_GT(FilesWith("bob@example.com"), 0);
  EXPECT_EQ(PersonIn(*running, "bob").email(), "bob@example.com");
  EXPECT_EQ(PersonIn(*running, "ann").ShortDebugString(), "");
}

// Manifests name the first and last key of each file, also of those that a change removes: the old
// email is the only key of the past, which is purged last.
TEST_F(StoreEraseTest, LeavesNoOldEmailInAManifest) {
  RunningStore running(Opened());
  running.DoAll({Creates("ann"), Updates("ann", UserCreated("bea").personal())});
  ASSERT_THAT(running->views().Purge(), IsOk());
  EXPECT_GT(FilesWith("ann@example.com"), 0);
  running.Do(Erases("ann"));
  AwaitPurged(*running);
  EXPECT_EQ(FilesWith("ann@example.com"), 0);
  EXPECT_EQ(FilesWith("bea@example.com"), 0);
}

TEST_F(StoreEraseTest, OfManyAtOnceAreAllDone) {
  RunningStore running(Opened());
  std::vector<Deciding> creates, erases;
  for (int i = 0; i < 300; ++i) {
    creates.push_back(Creates("u" + std::to_string(i)));
    if (i % 3 != 0) erases.push_back(Erases("u" + std::to_string(i)));
  }
  running.DoAll(creates);
  running.DoAll(erases);
  for (KeyId key_id = 1; key_id <= 300; ++key_id) {
    EXPECT_EQ(IsDestroyed(key_id), (key_id - 1) % 3 != 0) << key_id;
  }
  AwaitPurged(*running);
  EXPECT_NE(Content(paths_.erasure_list()).find("\nforgotten 501 "), std::string::npos);
}

// A start after a crash finishes what was cut off after any of the steps.
TEST_F(StoreEraseTest, IsFinishedByTheNextStart) {
  const Erasure ann{.account_id = "a1", .user_id = "ann", .key_id = 1, .position = 4};
  {
    RunningStore running(Opened(), /*erases=*/false);
    running.DoAll({Creates("ann"), Creates("bob")});
  }
  {
    RunningStore running(Opened(), /*erases=*/false);
    EXPECT_GT(FilesWith("ann@example.com"), 0);
    running.Do(Erases("ann"));
    EXPECT_FALSE(IsDestroyed(1));
  }
  const auto cut_off = Files();
  for (int steps = 0; steps <= 3; ++steps) {
    std::filesystem::remove_all(path_ + "/views");
    for (const auto& [name, content] : cut_off) {
      std::filesystem::create_directories(
          (directory_ / name).substr(0, (directory_ / name).rfind('/')));
      Overwrite(directory_ / name, content);
    }
    std::filesystem::remove(paths_.erasure_list());
    std::string vault = Content(paths_.vault);
    if (steps >= 1) Overwrite(paths_.vault, vault.replace(kSlot, kSlot, kSlot, '\0'));
    if (steps >= 2) {
      const auto list = ErasureList::Open(paths_.erasure_list());
      ASSERT_THAT((*list)->Add({ann}), IsOk());
    }
    if (steps >= 3) std::filesystem::remove_all(path_ + "/views");
    std::unique_ptr<Store> store = Opened();
    EXPECT_NE(said_.text().find("erasures: finishing 1"), std::string::npos) << steps;
    AwaitPurged(*store);
    ExpectForgotten("after step " + std::to_string(steps));
    store.reset();
    Opened().reset();
    EXPECT_EQ(said_.text(), "") << "nothing is left to be done";
  }
}

// A disk on which the erasure list does not fit.
class FullDisk final : public rocksdb::FileSystemWrapper {
 public:
  FullDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FullDisk"; }
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override {
    if (full_ && path.find(".erased") != std::string::npos) return rocksdb::IOStatus::NoSpace();
    return FileSystemWrapper::ReopenWritableFile(path, options, file, debug);
  }
  void Free() { full_ = false; }

 private:
  std::atomic<bool> full_ = true;
};

// Cut off by a full disk after the key was destroyed. The start says what to do, changes nothing
// that was done, and goes on when there is space.
TEST_F(StoreEraseTest, AM2AFullDiskCutsAnErasureOffAndSpaceFinishesIt) {
  const auto disk = std::make_shared<FullDisk>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk);
  options_.env = env.get();
  std::promise<absl::Status> failed;
  options_.on_failure = [&](const absl::Status& failure) { failed.set_value(failure); };
  {
    RunningStore running(Opened());
    running.DoAll({Creates("ann"), Creates("bob")});
    running.Ask(Erases("ann"));
    EXPECT_THAT(failed.get_future().get(), HasCode(absl::StatusCode::kResourceExhausted));
  }
  EXPECT_TRUE(IsDestroyed(1));
  for (int start = 0; start < 2; ++start) {
    const auto refused = Open();
    EXPECT_THAT(refused, Fails(absl::StatusCode::kResourceExhausted, "is full"));
    EXPECT_THAT(refused, Fails(absl::StatusCode::kResourceExhausted, paths_.erasure_list()));
    EXPECT_THAT(refused, Fails(absl::StatusCode::kResourceExhausted, "Free some space"));
  }
  disk->Free();
  const std::unique_ptr<Store> store = Opened();
  AwaitPurged(*store);
  ExpectForgotten("with space");
}

// A request is known after a restart, with what it was told.
TEST_F(StoreEraseTest, RequestsOutliveARestart) {
  {
    RunningStore running(Opened());
    EXPECT_EQ(running.Do(Creates("ann"), "r1").repeated, std::nullopt);
  }
  for (const bool rebuilt : {false, true}) {
    if (rebuilt) std::filesystem::remove_all(path_ + "/views");
    RunningStore running(Opened());
    const Outcome outcome = running.Do(Creates("ann"), "r1");
    EXPECT_EQ(outcome.status, absl::OkStatus());
    EXPECT_EQ(outcome.position, 2u);
    EXPECT_TRUE(outcome.changed);
    ASSERT_TRUE(outcome.repeated);
    EXPECT_EQ(outcome.repeated->ids(0), "made for r1");
    EXPECT_EQ(running->log().head(), 2u);
  }
}

// Keys go on after those that the log names, not after those that were taken.
TEST_F(StoreEraseTest, KeysGoOnAfterARestart) {
  {
    RunningStore running(Opened());
    running.DoAll({Creates("ann"), Creates("bob")});
    ASSERT_THAT(running->vault().TakeKey(), IsOk());  // by a command that a crash cut off
  }
  RunningStore running(Opened());
  running.Do(Creates("cem"));
  const Version version = running->views().Latest();
  EXPECT_EQ(domain::FindUser(*version, kStoreAccount, "cem")->sealed().key_id(), 3u);
  EXPECT_EQ(PersonIn(*running, "ann").email(), "ann@example.com");
  EXPECT_EQ(PersonIn(*running, "cem").email(), "cem@example.com");
}

}  // namespace
}  // namespace roster::storage
