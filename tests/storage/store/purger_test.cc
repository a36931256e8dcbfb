// What erased users left in the views, and when it leaves the disk.

#include "storage/store/purger.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "domain/rows/user_rows.h"
#include "tests/storage/store/marks.h"
#include "tests/storage/store/store_support.h"

namespace roster::storage {
namespace {

class PurgerTest : public StoreTest {
 protected:
  void SetUp() override { ASSERT_THAT(Init(), IsOk()); }

  static bool HasRowsOf(const domain::World& world, const std::string& user) {
    const std::string key = domain::EmailKey(kStoreAccount, user + "@example.com");
    return world.Get(domain::Table::kSearch, key).has_value();
  }

  // More commits than views fold together, and more users than they keep in memory.
  static std::vector<Deciding> CreatesOfMany() {
    constexpr int kCommits = 1'100;
    std::vector<Deciding> creates;
    creates.reserve(kCommits);
    for (int commit = 0; commit < kCommits; ++commit) {
      creates.emplace_back([commit](const domain::World&, const domain::Caller&) {
        domain::Events events;
        for (int user = 0; user < 10; ++user) {
          events.push_back(UserCreated(absl::StrCat("many-", commit, "-", user)));
        }
        return absl::StatusOr<domain::Events>(events);
      });
    }
    return creates;
  }
};

// A reader of an older version still sees its rows; the purge waits for that reader, and nobody
// else does.
TEST_F(PurgerTest, AH7IsAnsweredWhileAReaderKeepsThePurgeWaiting) {
  RunningStore running(Opened());
  running.DoAll({Creates("ann"), Creates("bob")});
  Version held = running->views().Latest();
  EXPECT_EQ(running.Do(Erases("ann")).position, 4u);
  EXPECT_TRUE(IsDestroyed(1));
  EXPECT_TRUE(HasRowsOf(*held, "ann"));
  EXPECT_EQ(running.Do(Creates("cem")).status, absl::OkStatus());
  EXPECT_EQ(running.Do(Erases("bob")).status, absl::OkStatus()) << "while the first is purged";
  EXPECT_EQ(running->eraser().unpurged().users, 2u);
  EXPECT_EQ(Content(paths_.erasure_list()).find("forgotten"), std::string::npos);
  held.reset();
  AwaitPurged(*running);
  EXPECT_EQ(FilesWith("ann@example.com") + FilesWith("bob@example.com"), 0);
}

TEST_F(PurgerTest, AH7IsAnsweredBeforeItIsPurged) {
  options_.purge_after = absl::InfiniteDuration();
  RunningStore running(Opened());
  running.DoAll({Creates("ann"), Creates("bob")});
  ASSERT_THAT(running->views().Purge(), IsOk());  // so that the views have files
  EXPECT_EQ(running.Do(Erases("ann")).position, 4u);
  EXPECT_TRUE(IsDestroyed(1));
  EXPECT_EQ(Content(paths_.erasure_list()), "erased 4 1 a1 ann 4734e635\n");
  EXPECT_GT(FilesWith("ann@example.com"), 0) << "else the test would show nothing";
  EXPECT_EQ(PersonIn(*running, "ann").ShortDebugString(), "");
  EXPECT_EQ(running->eraser().unpurged().users, 1u);
}

// Killed between the answer and the purge, or stopped then: the next start purges at once, however
// long it waits with other erasures, and serves before it is done.
TEST_F(PurgerTest, AH7IsPurgedByTheNextStart) {
  options_.purge_after = absl::InfiniteDuration();
  {
    RunningStore running(Opened());
    running.DoAll({Creates("ann"), Creates("bob")});
    running.Do(Erases("ann"));
  }
  EXPECT_EQ(Content(paths_.erasure_list()), "erased 4 1 a1 ann 4734e635\n");
  EXPECT_GT(FilesWith("ann@example.com"), 0);
  RunningStore running(Opened());
  EXPECT_NE(said_.text().find("erasures: finishing 1"), std::string::npos);
  EXPECT_EQ(running.Do(Creates("cem")).status, absl::OkStatus());
  AwaitPurged(*running);
  ExpectForgotten("started again");
}

// A stop ends a purge that a reader holds up, and the next start begins it anew.
TEST_F(PurgerTest, AH7AStopDoesNotWaitForAPurge) {
  Version held;
  {
    RunningStore running(Opened());
    running.DoAll({Creates("ann"), Creates("bob")});
    held = running->views().Latest();
    running.Do(Erases("ann"));
    absl::SleepFor(absl::Milliseconds(50));  // so that it most likely waits for the reader
  }
  EXPECT_TRUE(HasRowsOf(*held, "ann"));
  held.reset();
  EXPECT_EQ(Content(paths_.erasure_list()), "erased 4 1 a1 ann 4734e635\n");
  const std::unique_ptr<Store> store = Opened();
  EXPECT_EQ(said_.text().find("folded"), std::string::npos) << "the stop has flushed the views";
  AwaitPurged(*store);
  ExpectForgotten("started again");
}

// An older copy of the views has plain text of users who are erased since: views are built anew.
// A copy from between erasure and purge has it too, though it is at the position of the purge.
TEST_F(PurgerTest, AM9AnOlderCopyOfTheViewsIsDropped) {
  for (const bool copied_erased : {false, true}) {
    SCOPED_TRACE(copied_erased ? "erased, not purged" : "not erased");
    const std::string user = copied_erased ? "bob" : "ann";
    const std::string views = path_ + "/views/";
    options_.purge_after = absl::InfiniteDuration();
    if (!copied_erased) RunningStore(Opened()).DoAll({Creates("ann"), Creates("bob")});
    if (copied_erased) RunningStore(Opened()).Do(Erases(user));
    const auto copy = FilesUnder(views);
    if (!copied_erased) RunningStore(Opened()).Do(Erases(user));
    std::unique_ptr<Store> store = Opened();
    AwaitPurged(*store);
    store.reset();
    EXPECT_EQ(FilesWith(user + "@example.com"), 0);

    std::filesystem::remove_all(views);
    std::filesystem::create_directory(views);
    for (const auto& [name, content] : copy) Overwrite(views + name, content);
    EXPECT_GT(FilesWith(user + "@example.com"), 0) << "else the test would show nothing";
    store = Opened();
    EXPECT_NE(said_.text().find("an older copy"), std::string::npos) << said_.text();
    EXPECT_EQ(FilesWith(user + "@example.com"), 0);
    store.reset();
    EXPECT_EQ(FilesWith(user + "@example.com"), 0);
    Opened().reset();
    EXPECT_EQ(said_.text(), "") << "views that were built anew stay";
  }
}

// A vault from before an erasure brings the key back, and views that are built with it the text:
// there are so many users between creation and erasure that it is flushed to the disk.
TEST_F(PurgerTest, AM9AnOlderCopyOfTheVaultBringsNobodyBack) {
  options_.compression = false;
  RunningStore(Opened()).DoAll({Creates("ann"), Creates("bob")});
  RunningStore(Opened()).DoAll({Updates("ann", MarkedPerson("ann", "second"))});
  std::string vault;
  {
    RunningStore running(Opened());
    running.DoAll(CreatesOfMany());
    vault = Content(paths_.vault);
    running.Do(Erases("ann"));
    AwaitPurged(*running);
  }
  Overwrite(paths_.vault, vault);
  std::filesystem::remove_all(path_ + "/views");
  std::unique_ptr<Store> store = Opened();
  EXPECT_TRUE(IsDestroyed(1));
  EXPECT_EQ(FilesWith("ann@example.com"), 0);
  EXPECT_EQ(PersonIn(*store, "bob").email(), "bob@example.com");
  store.reset();
  EXPECT_EQ(FilesWith("ann@example.com"), 0);
}

// A scan keeps the files open that it began with, however new its version is.
TEST_F(PurgerTest, WaitsForScansThatHoldItsFiles) {
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

}  // namespace
}  // namespace roster::storage
