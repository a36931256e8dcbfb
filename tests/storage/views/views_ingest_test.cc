// Many rows at once, which are written as files: whole or not at all, and durable.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "storage/views/views_db.h"
#include "tests/storage/disk/power_loss.h"
#include "tests/storage/views/views_support.h"

namespace roster::storage {
namespace {

using domain::Changes;
using domain::Table;

class ViewsIngestTest : public ViewsTest {
 protected:
  ViewsIngestTest() { options_.ingest_bytes = 1'000; }

  // A row, and as many bytes as say how it is written.
  static Changes Put(Position position, const std::string& key, size_t bytes) {
    Changes changes;
    changes.position = position;
    changes.bytes = bytes;
    changes.of(Table::kCounters).rows[key] = absl::StrCat(position);
    return changes;
  }
  static constexpr size_t kFew = 999;
  static constexpr size_t kMany = 1'000;
};

TEST_F(ViewsIngestTest, ComesBetweenWritesToMemory) {
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  const Version before = *views->Apply(Put(1, "a", kFew));
  const Version ingested = *views->Apply(Put(2, "a", kMany));
  ASSERT_THAT(views->Apply(Put(3, "a", kFew)), IsOk());
  EXPECT_EQ(before->Get(Table::kCounters, "a"), "1");
  EXPECT_EQ(ingested->Get(Table::kCounters, "a"), "2");
  EXPECT_EQ(views->Latest()->Get(Table::kCounters, "a"), "3");
}

TEST_F(ViewsIngestTest, IsDurableAtOnce) {
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  ASSERT_THAT(views->Apply(Put(1, "a", kFew)), IsOk());
  EXPECT_EQ(DurablePosition(), 0u);
  ASSERT_THAT(views->Apply(Put(2, "b", kMany)), IsOk());
  EXPECT_EQ(DurablePosition(), 2u);
}

TEST_F(ViewsIngestTest, DeletesAndDropsWhatWasThere) {
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  Changes first = Put(1, "gone", kMany);
  for (const char* key : {"a", "b", "c"}) first.of(Table::kRequests).rows[key] = "1";
  ASSERT_THAT(views->Apply(first), IsOk());

  // The second layer drops what the first has put, and not what it puts itself.
  Changes put = Put(2, "d", kFew);
  put.of(Table::kRequests).rows["aa"] = "2";
  put.of(Table::kRequests).rows["cc"] = "2";
  Changes drop = Put(3, "d", kFew);
  drop.of(Table::kCounters).rows["gone"] = std::nullopt;
  drop.of(Table::kRequests).dropped_below = "c";
  drop.of(Table::kRequests).rows["ab"] = "3";
  ASSERT_THAT(views->ApplyAll({&put, &drop}), IsOk());

  EXPECT_EQ(
      Dump(*views->Latest()),
      (std::map<std::string, std::string>{
          {"counters/d", "3"}, {"requests/ab", "3"}, {"requests/c", "1"}, {"requests/cc", "2"}}));
}

TEST_F(ViewsIngestTest, LeavesNoFileThatRocksDbDoesNotKnow) {
  Open().reset();
  std::ofstream(path_ + "/search.ingested") << "plain text";
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  EXPECT_EQ(said_.text(), "");
  EXPECT_FALSE(std::filesystem::exists(path_ + "/search.ingested"));
  ASSERT_THAT(views->Apply(Put(1, "a", kMany)), IsOk());
  for (const auto& file : std::filesystem::directory_iterator(path_)) {
    EXPECT_NE(file.path().extension(), ".ingested") << file.path();
  }
}

// Whenever the power fails, what is left is a position and its rows: going on from there makes the
// rows that the log folds to.
TEST_F(ViewsIngestTest, LeavesAWholePositionAfterALossOfPower) {
  AppendUsers(log_, 300, *vault_);
  const auto rows = Folded();
  options_.fold = {.layer_bytes = 20 << 10, .applied_bytes = 100 << 10};
  DiskImage empty;
  empty.directories = {"/"};
  const PowerLossEnv whole(empty);
  options_.env = whole.env.get();
  ASSERT_NE(Open(log_, "/views"), nullptr);
  const std::vector<DiskOperation> operations = whole.files->operations();

  constexpr size_t kCuts = 60;
  int continued = 0;
  for (size_t cut = 1; cut <= kCuts; ++cut) {
    Disk disk(empty);
    for (size_t i = 0; i < operations.size() * cut / kCuts; ++i) disk.Follow(operations[i]);
    const PowerLossEnv left(disk.LosePower(cut, Tearing::kInOrder));
    options_.env = left.env.get();
    const std::unique_ptr<Views> views = Open(log_, "/views");
    ASSERT_NE(views, nullptr) << cut;
    EXPECT_EQ(Dump(*views->Latest()) == rows, true) << cut;
    if (said_.text().find("folded 301 commits") == std::string::npos) ++continued;
  }
  EXPECT_GT(continued, 10);
}

}  // namespace
}  // namespace roster::storage
