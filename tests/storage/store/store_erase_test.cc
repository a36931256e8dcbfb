// Erasing in a real store: answered when it is done, finished by the next start when it was cut
// off.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>
#include <string>
#include <thread>

#include "domain/rows/user_rows.h"
#include "storage/store/eraser.h"
#include "tests/storage/store/store_support.h"
#include "tests/storage/vault/vault_support.h"

namespace roster::storage {
namespace {

class StoreEraseTest : public StoreTest {
 protected:
  void SetUp() override { ASSERT_THAT(Init(), IsOk()); }

  // How many files of the store, and beside it, hold the text.
  int FilesWith(const std::string& text) const {
    const auto files = Files();
    return static_cast<int>(std::count_if(files.begin(), files.end(), [&](const auto& file) {
      return file.second.find(text) != std::string::npos;
    }));
  }

  bool IsDestroyed(KeyId key_id) const {
    return Content(paths_.vault).substr(key_id * kSlot, kSlot) == std::string(kSlot, '\0');
  }

  // Nothing is left of ann, whose key was the first and whose erasure the fourth commit.
  void ExpectForgotten(const std::string& at) {
    EXPECT_TRUE(IsDestroyed(1)) << at;
    EXPECT_FALSE(IsDestroyed(2)) << at;
    EXPECT_EQ(Content(paths_.erasure_list()), "erased 4 1 a1 ann 4734e635\nforgotten 4 eceff443\n")
        << at;
    EXPECT_EQ(FilesWith("ann@example.com"), 0) << at;
  }
};

TEST_F(StoreEraseTest, IsAnsweredWhenNothingIsLeft) {
  RunningStore running(Opened());
  running.DoAll({Creates("ann"), Creates("bob")});
  ASSERT_THAT(running->views().Purge(), IsOk());  // so that the views have files
  EXPECT_GT(FilesWith("ann@example.com"), 0);
  const Outcome outcome = running.Do(Erases("ann"));
  EXPECT_EQ(outcome.position, 4u);
  ExpectForgotten("answered");
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
      absl::StatusOr<ErasureList> list = ErasureList::Open(paths_.erasure_list());
      ASSERT_THAT(list->Add({ann}), IsOk());
    }
    if (steps >= 3) std::filesystem::remove_all(path_ + "/views");
    Opened().reset();
    EXPECT_NE(said_.text().find("erasures: finishing 1"), std::string::npos) << steps;
    ExpectForgotten("after step " + std::to_string(steps));
    Opened().reset();
    EXPECT_EQ(said_.text(), "") << "nothing is left to be done";
  }
}

// A reader of an older version still sees its rows; the answer waits for that reader.
TEST_F(StoreEraseTest, WaitsForReadersOfOlderVersions) {
  RunningStore running(Opened());
  running.DoAll({Creates("ann"), Creates("bob")});
  Version held = running->views().Latest();
  auto erased = std::async(std::launch::async, [&] { return running.Do(Erases("ann")); });
  EXPECT_EQ(erased.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  EXPECT_TRUE(domain::FindUserByEmail(*held, kStoreAccount, "ann@example.com"));
  EXPECT_EQ(running.Do(Creates("cem")).status, absl::OkStatus()) << "nobody else waits";
  held.reset();
  EXPECT_EQ(erased.get().position, 4u);
  ExpectForgotten("let go");
}

// A scan keeps the files open that it began with, however new its version is.
TEST_F(StoreEraseTest, WaitsForScansThatHoldItsFiles) {
  RunningStore running(Opened(), /*erases=*/false);
  running.DoAll({Creates("ann"), Creates("bob")});
  ASSERT_THAT(running->views().Purge(), IsOk());
  running.Do(Erases("ann"));
  const Version version = running->views().Latest();
  std::future<void> purged;
  int rows = 0;
  version->Scan(domain::Table::kSearch, "", "", [&](std::string_view, std::string_view) {
    if (++rows > 1) return true;
    purged = std::async(std::launch::async, [&] {
      ASSERT_THAT(running->views().Purge(), IsOk());
      EXPECT_EQ(FilesWith("ann@example.com"), 0);
    });
    purged.wait_for(std::chrono::milliseconds(300));
    return true;
  });
  purged.get();
  EXPECT_EQ(FilesWith("ann@example.com"), 0);
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
