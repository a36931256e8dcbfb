// A kill during a purge, while commits go on.

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/views/views_db.h"
#include "tests/storage/disk/power_loss.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

using domain::Changes;
using domain::Position;
using domain::Table;

constexpr char kDirectory[] = "/views";
constexpr char kLogId[] = "0123456789abcdef";
constexpr int kKills = 40;
// Of each table: enough that RocksDB takes as long to write a commit into all of them as to flush
// them. With the pauses between commits, a flush may begin while the first one since the last
// flush is being written.
constexpr int kRows = 500;
constexpr absl::Duration kLongestPause = absl::Milliseconds(20);

ViewsOptions OptionsOf(const PowerLossEnv& disk) {
  ViewsOptions options;
  options.directory = kDirectory;
  options.env = disk.env.get();
  return options;
}

std::unique_ptr<ViewsDb> Open(const PowerLossEnv& disk) {
  auto db = ViewsDb::Open(OptionsOf(disk));
  EXPECT_THAT(db, IsOk());
  return db.ok() ? *std::move(db) : nullptr;
}

// Writes the position into all rows of all tables.
Changes Everywhere(Position position) {
  Changes changes;
  changes.position = position;
  for (const Table table : domain::kTables) {
    for (int row = 0; row < kRows; ++row) {
      changes.of(table).rows[absl::StrCat("row-", row)] = absl::StrCat(position);
    }
  }
  return changes;
}

// The positions at which the rows were written, each with a table that has such rows.
std::map<std::string, std::string> PositionsIn(const ViewsDb& db) {
  std::map<std::string, std::string> positions;
  const rocksdb::Snapshot* const snapshot = db.TakeSnapshot();
  for (const Table table : domain::kTables) {
    db.Scan(snapshot, table, "", "", domain::Direction::kAscending,
            [&](std::string_view, std::string_view row) {
              positions.emplace(row, domain::TableName(table));
              return true;
            });
  }
  db.Release(snapshot);
  return positions;
}

TEST(ViewsPurge, LeavesAllTablesAtOnePositionWhenItIsKilled) {
  const PowerLossEnv disk{DiskImage()};
  const std::unique_ptr<ViewsDb> db = Open(disk);
  ASSERT_NE(db, nullptr);
  ASSERT_THAT(db->WriteIdentity(kLogId, 0), IsOk());
  ASSERT_THAT(db->Write(Everywhere(1)), IsOk());
  ASSERT_THAT(db->Flush(/*wait=*/true), IsOk());

  std::atomic<bool> stopping = false;
  std::thread commits([&] {
    std::mt19937 random(1);
    for (Position position = 2; !stopping; ++position) {
      absl::SleepFor(kLongestPause * (random() % 100) / 100);
      ASSERT_THAT(db->Write(Everywhere(position)), IsOk());
    }
  });
  std::atomic<int> purges = 0;
  std::thread purging([&] {
    for (; !stopping; ++purges) ASSERT_THAT(db->Purge(0, nullptr), IsOk());
  });
  for (int kill = 0; kill < kKills && !HasFailure(); ++kill) {
    absl::SleepFor(kLongestPause);
    const PowerLossEnv left(disk.files->image());
    const std::unique_ptr<ViewsDb> after = Open(left);
    ASSERT_NE(after, nullptr);
    const auto identity = after->ReadIdentity();
    ASSERT_TRUE(identity);
    const auto positions = PositionsIn(*after);
    EXPECT_EQ(positions.size(), 1u) << testing::PrintToString(positions);
    EXPECT_EQ(positions.begin()->first, absl::StrCat(identity->position)) << "kill " << kill;
  }
  stopping = true;
  commits.join();
  purging.join();
  EXPECT_GT(purges, 0);
}

}  // namespace
}  // namespace roster::storage
