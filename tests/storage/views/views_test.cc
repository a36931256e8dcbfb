// What the views show: the fold of the log, whole, at one position, across restarts.

#include "storage/views/views.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "storage/views/views_db.h"
#include "tests/storage/storage_support.h"
#include "tests/storage/views/views_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
using domain::Changes;
using event::v1::Commit;
using testing::HasSubstr;
using testing::Not;

TEST_F(ViewsTest, AreBuiltFromTheLogWhenThereAreNone) {
  AppendUsers(log_, 20, *vault_);
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  EXPECT_THAT(said_.text(), HasSubstr("there are none"));
  EXPECT_THAT(said_.text(), HasSubstr("folded 21 commits"));
  EXPECT_EQ(views->Latest()->position(), 21u);
  EXPECT_FALSE(Folded().empty());
  EXPECT_EQ(Dump(*views->Latest()), Folded());
}

TEST_F(ViewsTest, AreKeptWhenNothingHappened) {
  AppendUsers(log_, 20, *vault_);
  Open().reset();
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  EXPECT_EQ(said_.text(), "");
  EXPECT_EQ(views->Latest()->position(), 21u);
  EXPECT_EQ(Dump(*views->Latest()), Folded());
}

TEST_F(ViewsTest, FoldTheTailOnlyAfterAKill) {
  AppendUsers(log_, 9, *vault_);
  Open().reset();
  const std::unique_ptr<Views> killed = Open();
  ASSERT_NE(killed, nullptr);
  AppendUsers(log_, 15, *vault_);
  ASSERT_THAT(CatchUp(*killed, log_, *vault_), IsOk());
  EXPECT_EQ(killed->Latest()->position(), 25u);
  // Nothing was flushed since, so this is what a kill leaves.
  CopyLive(directory_ / "copy");
  const std::unique_ptr<Views> views = Open(log_, directory_ / "copy");
  ASSERT_NE(views, nullptr);
  EXPECT_THAT(said_.text(), HasSubstr("folded 15 commits"));
  EXPECT_THAT(said_.text(), Not(HasSubstr("dropped")));
  EXPECT_EQ(Dump(*views->Latest()), Dump(*killed->Latest()));
}

TEST_F(ViewsTest, AreTheSameRebuiltAsLive) {
  const std::unique_ptr<Views> live = Open();
  ASSERT_NE(live, nullptr);
  for (int i = 0; i < 30; ++i) {
    AppendUsers(log_, 1, *vault_);
    ASSERT_THAT(CatchUp(*live, log_, *vault_), IsOk());
  }
  AppendUsers(log_, 2500, *vault_);  // more than two chunks
  ASSERT_THAT(CatchUp(*live, log_, *vault_), IsOk());
  const std::unique_ptr<Views> rebuilt = Open(log_, directory_ / "rebuilt");
  ASSERT_NE(rebuilt, nullptr);
  EXPECT_EQ(rebuilt->Latest()->position(), log_.head());
  EXPECT_EQ(Dump(*rebuilt->Latest()), Dump(*live->Latest()));
  EXPECT_EQ(Dump(*rebuilt->Latest()), Folded());
}

TEST_F(ViewsTest, AreFlushedAfterSoManyCommits) {
  options_.flush_commits = 10;
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  for (int i = 0; i < 9; ++i) {
    AppendUsers(log_, i == 0 ? 0 : 1, *vault_);
    ASSERT_THAT(CatchUp(*views, log_, *vault_), IsOk());
  }
  EXPECT_EQ(DurablePosition(), 0u);
  AppendUsers(log_, 1, *vault_);
  ASSERT_THAT(CatchUp(*views, log_, *vault_), IsOk());
  for (int i = 0; i < 500 && DurablePosition() != 10; ++i) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_EQ(DurablePosition(), 10u);
}

TEST_F(ViewsTest, AreFlushedWholeWhenOneTableFillsTheMemory) {
  options_.cache_bytes = 1 << 20;  // so that memtables get the least that they may have, 8 MiB
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  for (Position position = 1; position <= 200; ++position) {
    Changes changes;
    changes.position = position;
    changes.of(domain::Table::kUsers).rows[std::to_string(position)] = std::string(64 << 10, 'x');
    ASSERT_THAT(views->Apply(changes), IsOk());
  }
  // The flush runs in the background.
  Position users = 0;
  Position position = 0;
  for (int i = 0; i < 500 && users == 0; ++i, absl::SleepFor(absl::Milliseconds(10))) {
    CopyLive(directory_ / "copy");
    options_.directory = directory_ / "copy";
    const absl::StatusOr<std::unique_ptr<ViewsDb>> copy = ViewsDb::Open(options_);
    ASSERT_THAT(copy, IsOk());
    position = (*copy)->ReadIdentity()->position;
    (*copy)->Scan(nullptr, domain::Table::kUsers, "", "", domain::Direction::kAscending,
                  [&](std::string_view, std::string_view) {
                    ++users;
                    return true;
                  });
  }
  EXPECT_GT(users, 0u);
  EXPECT_LT(users, 200u);
  EXPECT_EQ(position, users);
}

TEST_F(ViewsTest, AreNotDroppedWhileInUse) {
  AppendUsers(log_, 5, *vault_);
  std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  std::ofstream(path_ + "/DAMAGED").put('\n');
  EXPECT_THAT(OpenViews(options_, log_, *vault_, std::ref(said_)),
              Fails(StatusCode::kFailedPrecondition, "in use by another process"));
  EXPECT_THAT(said_.text(), Not(HasSubstr("dropped")));
  EXPECT_TRUE(Files(path_).count("DAMAGED 1"));
  EXPECT_EQ(Dump(*views->Latest()), Folded());
  // Nor while only a version is.
  const Version last = views->Latest();
  views.reset();
  EXPECT_THAT(OpenViews(options_, log_, *vault_, std::ref(said_)),
              HasCode(StatusCode::kFailedPrecondition));
  EXPECT_EQ(Dump(*last), Folded());
}

TEST_F(ViewsTest, VersionsDoNotChange) {
  AppendUsers(log_, 3, *vault_);
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  const Version before = views->Latest();
  const auto rows = Dump(*before);
  AppendUsers(log_, 3, *vault_);
  ASSERT_THAT(CatchUp(*views, log_, *vault_), IsOk());
  Changes gone;
  gone.position = 8;
  gone.of(domain::Table::kAccounts).rows["a1"] = std::nullopt;
  ASSERT_THAT(views->Apply(gone), IsOk());
  EXPECT_EQ(before->position(), 4u);
  EXPECT_EQ(Dump(*before), rows);
  EXPECT_NE(before->Get(domain::Table::kAccounts, "a1"), std::nullopt);
  EXPECT_EQ(views->Latest()->position(), 8u);
  EXPECT_EQ(views->Latest()->Get(domain::Table::kAccounts, "a1"), std::nullopt);
}

TEST_F(ViewsTest, KeepNothingForVersionsThatNobodyHas) {
  {
    const std::unique_ptr<Views> views = Open();
    ASSERT_NE(views, nullptr);
    for (Position position = 1; position <= 20; ++position) {
      Changes changes;
      changes.position = position;
      changes.of(domain::Table::kCounters).rows["a1/users"] = std::to_string(position);
      ASSERT_THAT(views->Apply(changes), IsOk());
    }
  }
  // Every value that a snapshot still held would have been written to the file too.
  uint64_t entries = 0;
  Raw([&](rocksdb::DB& db) {
    std::vector<rocksdb::LiveFileMetaData> files;
    db.GetLiveFilesMetaData(&files);
    for (const rocksdb::LiveFileMetaData& file : files) {
      if (file.column_family_name == "counters") entries += file.num_entries;
    }
  });
  EXPECT_EQ(entries, 1u);
}

TEST_F(ViewsTest, RefuseAnEventThatTheyDoNotKnow) {
  AppendUsers(log_, 3, *vault_);
  std::vector<Commit> commits = {UserCommit("a1", "known", *vault_)};
  commits[0].add_events();  // as one of a newer version looks to this one
  ASSERT_THAT(log_.Append(4, commits), IsOk());
  options_.directory = path_;
  EXPECT_THAT(OpenViews(options_, log_, *vault_, std::ref(said_)),
              Fails(StatusCode::kFailedPrecondition, "record 5 of the log"));
}

}  // namespace
}  // namespace roster::storage
