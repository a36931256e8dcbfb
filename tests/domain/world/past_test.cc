// Older positions of a world, compared with copies that were made when they were new.

#include "domain/world/past.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "domain/world/memory_world.h"
#include "domain/world/overlay.h"
#include "tests/domain/history.h"
#include "tests/support/purged.h"

namespace roster::domain {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows ScanAll(const World& world, Table table, std::string_view prefix = "",
             std::string_view after = "", size_t limit = ~size_t{0},
             Direction direction = Direction::kAscending) {
  Rows rows;
  world.ScanRaw(table, prefix, after, direction, [&](std::string_view key, std::string_view row) {
    rows.emplace_back(key, row);
    return rows.size() < limit;
  });
  return rows;
}

Rows ScanDown(const World& world, Table table) {
  Rows rows = ScanAll(world, table, "", "", ~size_t{0}, Direction::kDescending);
  std::reverse(rows.begin(), rows.end());
  return rows;
}

// Passes everything on and counts what is read.
class CountingWorld final : public World {
 public:
  explicit CountingWorld(const World& below) : below_(below) {}
  Position position() const override { return below_.position(); }
  const Keys& keys() const override { return below_.keys(); }
  std::optional<std::string> GetRaw(Table table, std::string_view key) const override {
    ++read_;
    return below_.GetRaw(table, key);
  }
  void ScanRaw(Table table, std::string_view prefix, std::string_view after, Direction direction,
               Visitor visit) const override {
    ++read_;
    below_.ScanRaw(table, prefix, after, direction,
                   [&](std::string_view key, std::string_view row) {
                     ++read_;
                     return visit(key, row);
                   });
  }
  // Scans, gets and visited rows since the last call.
  int TakeRead() { return std::exchange(read_, 0); }

 private:
  const World& below_;
  mutable int read_ = 0;
};

// Keys of one letter and their like: many are prefixes of each other, some have the lowest and
// highest bytes after one that ends.
const std::vector<std::string>& SomeKeys() {
  static const std::vector<std::string> kKeys = {
      "a",     "a\x01",     "a\x01\x01", "a/", "a/1", "a/10", "a/2", "aa",  "ab",   "b",
      "b\xff", "b\xff\xff", "b\xff\x01", "ba", "bb",  "c/1",  "c/2", "c/3", "\xff", "\xff\xff"};
  return kKeys;
}

constexpr Table kTablesWithPast[] = {Table::kAccounts, Table::kUsers, Table::kSearch};
constexpr Position kPositions = 2'500;

// Random puts and deletes, several at each position and some of them of the same row. The first
// two thirds lie in a world, the others in an overlay over it.
class PastTest : public testing::Test {
 protected:
  struct Copy {
    std::map<std::string, std::string> tables[3];
  };

  PastTest() {
    Copy copy;
    copies_.push_back(copy);
    std::mt19937_64 random(7);
    for (Position position = 1; position <= kPositions; ++position) {
      Changes changes;
      Overlay below(below_, changes);
      const bool goes_below = position <= kPositions * 2 / 3;
      Overlay& world = goes_below ? below : world_;
      world.MoveTo(position);
      for (size_t i = random() % 12; i-- > 0;) ChangeAny(random, world, position, copy);
      if (goes_below) below_.Apply(changes);
      copies_.push_back(copy);
    }
  }

  static void ChangeAny(std::mt19937_64& random, Overlay& world, Position position, Copy& copy) {
    const size_t table = random() % std::size(kTablesWithPast);
    // Some keys change all the time, some hardly ever.
    const size_t spread = random() % SomeKeys().size() + 1;
    const std::string& key = SomeKeys()[random() % spread];
    if (random() % 3 == 0) {
      world.Delete(kTablesWithPast[table], key);
      copy.tables[table].erase(key);
    } else {
      std::string value = std::to_string(random() % 1000);
      world.Put(kTablesWithPast[table], key, value);
      AppendPosition(value, position);
      copy.tables[table][key] = value;
    }
  }

  static Rows Expected(const std::map<std::string, std::string>& copy, std::string_view prefix,
                       std::string_view after, size_t limit, Direction direction) {
    Rows rows;
    for (const auto& [key, row] : copy) {
      const bool up = direction == Direction::kAscending;
      const bool passed = !after.empty() && (up ? key <= after : key >= after);
      if (key.substr(0, prefix.size()) != prefix || passed) continue;
      rows.emplace_back(key, row);
    }
    if (direction == Direction::kDescending) std::reverse(rows.begin(), rows.end());
    rows.resize(std::min(rows.size(), limit));
    return rows;
  }

  MemoryWorld below_;
  Changes above_;
  Overlay world_{below_, above_};
  std::vector<Copy> copies_;  // by position
};

TEST_F(PastTest, GetsWhatWasThere) {
  for (Position position = 0; position <= kPositions; ++position) {
    const PastWorld past(world_, position);
    ASSERT_EQ(past.position(), position);
    for (size_t table = 0; table < std::size(kTablesWithPast); ++table) {
      const auto& copy = copies_[position].tables[table];
      for (const std::string& key : SomeKeys()) {
        const auto found = copy.find(key);
        const auto row = past.GetRaw(kTablesWithPast[table], key);
        ASSERT_EQ(row.has_value(), found != copy.end()) << key << "@" << position;
        if (row) {
          ASSERT_EQ(*row, found->second) << key << "@" << position;
        }
      }
    }
  }
}

TEST_F(PastTest, ScansWhatWasThere) {
  const std::pair<const char*, const char*> scans[] = {
      {"", ""},    {"", "a/1"}, {"a", ""},    {"a", "a"}, {"a/", "a/10"}, {"b\xff", ""},
      {"b", "bb"}, {"c", "b"},  {"\xff", ""}, {"x", ""},  {"a", "zzz"},   {"", "\xff\xff"}};
  std::mt19937_64 random(11);
  for (Position position = 0; position <= kPositions; ++position) {
    const PastWorld past(world_, position);
    for (size_t table = 0; table < std::size(kTablesWithPast); ++table) {
      const auto& copy = copies_[position].tables[table];
      ASSERT_EQ(ScanAll(past, kTablesWithPast[table]), Rows(copy.begin(), copy.end())) << position;
      const auto& [prefix, after] = scans[random() % std::size(scans)];
      const size_t limit = random() % 6 + 1;
      ASSERT_EQ(ScanDown(past, kTablesWithPast[table]), Rows(copy.begin(), copy.end())) << position;
      for (const Direction direction : {Direction::kAscending, Direction::kDescending}) {
        ASSERT_EQ(ScanAll(past, kTablesWithPast[table], prefix, after, limit, direction),
                  Expected(copy, prefix, after, limit, direction))
            << "'" << prefix << "' after '" << after << "' @" << position;
      }
    }
  }
}

// A row that changed a thousand times, between two that never did.
class OftenChangedTest : public testing::Test {
 protected:
  OftenChangedTest() {
    for (Position position = 1; position <= 1'000; ++position) {
      Changes changes;
      Overlay overlay(world_, changes);
      overlay.MoveTo(position);
      if (position == 1) overlay.Put(Table::kUsers, "a", "first");
      if (position == 1) overlay.Put(Table::kUsers, "c", "last");
      if (position % 10 == 0) {
        overlay.Delete(Table::kUsers, "b");
      } else {
        overlay.Put(Table::kUsers, "b", std::to_string(position));
      }
      world_.Apply(changes);
    }
  }

  MemoryWorld world_;
};

TEST_F(OftenChangedTest, IsRightAtEveryPosition) {
  for (Position position = 1; position <= 1'000; ++position) {
    const PastWorld past(world_, position);
    const bool gone = position % 10 == 0;
    ASSERT_EQ(past.Get(Table::kUsers, "b"),
              gone ? std::nullopt : std::optional<std::string>(std::to_string(position)));
    ASSERT_EQ(ScanAll(past, Table::kUsers).size(), gone ? 2u : 3u);
    ASSERT_EQ(ScanDown(past, Table::kUsers), ScanAll(past, Table::kUsers)) << position;
  }
  EXPECT_EQ(ScanAll(PastWorld(world_, 0), Table::kUsers), Rows());
}

TEST_F(OftenChangedTest, CostsNoStepForEachChange) {
  CountingWorld counting(world_);
  for (const Position position : {0, 1, 5, 500, 990, 999}) {
    const PastWorld past(counting, position);
    (void)past.Get(Table::kUsers, "b");
    EXPECT_LE(counting.TakeRead(), 4) << position;
    (void)ScanAll(past, Table::kUsers);
    EXPECT_LE(counting.TakeRead(), 40) << position;
    (void)ScanDown(past, Table::kUsers);
    EXPECT_LE(counting.TakeRead(), 40) << position;
  }
}

// More rows than are fetched at once.
TEST(PastOfManyRowsTest, IsWhole) {
  MemoryWorld world;
  const auto change = [&](Position position, auto&& act) {
    Changes changes;
    Overlay overlay(world, changes);
    overlay.MoveTo(position);
    for (int i = 1'000; i < 2'000; ++i) act(overlay, std::to_string(i));
    world.Apply(changes);
  };
  change(1, [](Overlay& now, const std::string& key) { now.Put(Table::kUsers, key, "1"); });
  const Rows before = ScanAll(world, Table::kUsers);
  change(2, [](Overlay& now, const std::string& key) { now.Put(Table::kUsers, key, "2"); });
  change(3, [](Overlay& now, const std::string& key) { now.Delete(Table::kUsers, key); });
  const PastWorld past(world, 1);
  EXPECT_EQ(ScanAll(past, Table::kUsers), before);
  EXPECT_EQ(ScanDown(past, Table::kUsers), before);
  for (const Direction direction : {Direction::kAscending, Direction::kDescending}) {
    Rows pages;
    while (true) {
      const std::string after = pages.empty() ? "" : pages.back().first;
      const Rows page = ScanAll(past, Table::kUsers, "1", after, 130, direction);
      if (page.empty()) break;
      pages.insert(pages.end(), page.begin(), page.end());
    }
    if (direction == Direction::kDescending) std::reverse(pages.begin(), pages.end());
    EXPECT_EQ(pages, before);
  }
}

// What one commit writes twice was never there, and what is forgotten is not in the past either.
TEST(PastOfOneCommitTest, KeepsOneRowAPosition) {
  MemoryWorld world;
  for (Position position = 1; position <= 3; ++position) {
    Changes changes;
    Overlay overlay(world, changes);
    overlay.MoveTo(position);
    overlay.Put(Table::kUsers, "a", "passing");
    if (position == 2) overlay.Delete(Table::kUsers, "a");
    if (position == 3) overlay.Put(Table::kUsers, "a", "stays");
    world.Apply(changes);
  }
  EXPECT_EQ(PastWorld(world, 1).Get(Table::kUsers, "a"), "passing");
  EXPECT_EQ(PastWorld(world, 2).Get(Table::kUsers, "a"), std::nullopt);
  EXPECT_EQ(PastWorld(world, 3).Get(Table::kUsers, "a"), "stays");
  EXPECT_EQ(ScanAll(world, Table::kPast).size(), 1u);
}

TEST(PastOfOneCommitTest, KeepsNothingThatIsForgotten) {
  MemoryWorld world;
  Changes changes;
  Overlay overlay(world, changes);
  overlay.MoveTo(1);
  overlay.Put(Table::kSearch, "a", "1");
  overlay.MoveTo(2);
  overlay.Forget(Table::kSearch, "a");
  world.Apply(changes);
  EXPECT_EQ(PastWorld(world, 1).Get(Table::kSearch, "a"), std::nullopt);
  EXPECT_EQ(ScanAll(world, Table::kSearchPast), Rows());
}

// Older positions of a long history are what its first part folds to. What was forgotten since is
// forgotten there too.
TEST(PastOfHistoryTest, IsWhatTheHistoryWasThen) {
  History history(1);
  const std::vector<event::v1::Commit> commits = history.Take(12'000);
  ASSERT_GT(history.erased().size(), 100u);
  const MemoryWorld purged = Purged(history.world());
  MemoryWorld then;
  for (const event::v1::Commit& commit : commits) {
    FoldInto(then, Forgetting(commit, history.erased()));
    if (commit.position() % 241 != 0) continue;
    const PastWorld past(purged, commit.position());
    for (const Table table : {Table::kAccounts, Table::kUsers, Table::kServiceAccounts}) {
      ASSERT_EQ(ScanAll(past, table), ScanAll(then, table)) << commit.position();
      ASSERT_EQ(ScanDown(past, table), ScanAll(then, table)) << commit.position();
    }
    ASSERT_EQ(ScanAll(past, Table::kSearch), ScanAll(then, Table::kSearch)) << commit.position();
  }
}

}  // namespace
}  // namespace roster::domain
