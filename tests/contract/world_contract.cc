// What every World promises, under the one way in which they all change. An implementation is a row
// at the end.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "domain/world/memory_world.h"
#include "domain/world/overlay.h"
#include "domain/world/past.h"
#include "storage/log/memory_log.h"
#include "storage/views/views.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

using domain::Changes;
using domain::Direction;
using domain::Overlay;
using domain::Table;
using domain::World;
using Keys = std::vector<std::string>;

// A row that is put, or deleted where the value is missing.
struct Write {
  Table table;
  std::string key;
  std::optional<std::string> value;
};

// What happens at one position.
struct Step {
  std::vector<Write> writes;
  std::string dropped_below;  // in the table of requests
};

void Do(const Write& write, Overlay& world) {
  if (write.value) {
    world.Put(write.table, write.key, *write.value);
  } else {
    world.Delete(write.table, write.key);
  }
}

Changes ChangesOf(const World& world, const Step& step, domain::Position position) {
  Changes changes;
  Overlay overlay(world, changes);
  overlay.MoveTo(position);
  if (!step.dropped_below.empty()) overlay.DropBelow(Table::kRequests, step.dropped_below);
  for (const Write& write : step.writes) Do(write, overlay);
  return changes;
}

// A world that changes.
class Changing {
 public:
  virtual ~Changing() = default;
  virtual void Apply(const Step& step, domain::Position position) = 0;
  virtual const World& now() const = 0;
};

class ChangingMemory final : public Changing {
 public:
  void Apply(const Step& step, domain::Position position) override {
    world_.Apply(ChangesOf(world_, step, position));
  }
  const World& now() const override { return world_; }

 private:
  domain::MemoryWorld world_;
};

// Every other change goes below the overlay, the rest into it, so that each scan merges.
class ChangingOverlay final : public Changing {
 public:
  void Apply(const Step& step, domain::Position position) override {
    overlay_.MoveTo(position);
    if (!step.dropped_below.empty()) overlay_.DropBelow(Table::kRequests, step.dropped_below);
    for (const Write& write : step.writes) {
      const domain::TableChanges& above = above_.of(write.table);
      const bool hidden = above.rows.count(write.key) != 0 || above.Drops(write.key);
      if (write.value && !hidden && ++puts_ % 2 == 0) {
        below_.Apply(ChangesOf(below_, {{write}, ""}, position));
      } else {
        Do(write, overlay_);
      }
    }
  }
  const World& now() const override { return overlay_; }

 private:
  int puts_ = 0;
  domain::MemoryWorld below_;
  Changes above_;
  Overlay overlay_{below_, above_};
};

class ChangingViews final : public Changing {
 public:
  ChangingViews() {
    ViewsOptions options;
    options.directory = directory_ / "views";
    options.cache_bytes = 8 << 20;
    auto opened = OpenViews(options, log_, *vault_, [](std::string_view) {});
    EXPECT_THAT(opened, IsOk());
    views_ = *std::move(opened);
    latest_ = views_->Latest();
  }
  void Apply(const Step& step, domain::Position position) override {
    const absl::StatusOr<Version> applied = views_->Apply(ChangesOf(*latest_, step, position));
    ASSERT_THAT(applied, IsOk());
    latest_ = *applied;
    EXPECT_EQ(views_->Latest(), latest_);
  }
  const World& now() const override { return *latest_; }

 private:
  TempDirectory directory_;
  MemoryLog log_;
  TestVault vault_;
  std::unique_ptr<Views> views_;
  Version latest_;
};

// The past of a world that is `later` positions ahead. Where that is none, the past is the present.
class ChangingPast final : public Changing {
 public:
  explicit ChangingPast(int later) : later_(later) {}

  void Apply(const Step& step, domain::Position position) override {
    for (const Write& write : step.writes) {
      if (domain::HasPast(write.table)) keys_.emplace(write.table, write.key);
    }
    world_.Apply(ChangesOf(world_, step, position));
    ahead_ = world_;
    for (int i = 1; i <= later_; ++i) ahead_.Apply(ChangesOf(ahead_, Later(i), position + i));
    past_.emplace(ahead_, position);
  }
  const World& now() const override {
    return past_ ? static_cast<const World&>(*past_) : static_cast<const World&>(world_);
  }

 private:
  // What hides every row that there is, by turns: another one in its place, none, neighbours.
  Step Later(int turn) const {
    Step step;
    for (const auto& [table, key] : keys_) {
      const bool puts = (turn + key.size()) % 3 != 0;
      step.writes.push_back(
          {table, key, puts ? std::optional<std::string>("later") : std::nullopt});
      step.writes.push_back({table, key + "\x01", "later"});
    }
    return step;
  }

  const int later_;
  std::set<std::pair<Table, std::string>> keys_;
  domain::MemoryWorld world_;
  domain::MemoryWorld ahead_;
  std::optional<domain::PastWorld> past_;
};

struct WorldRow {
  std::string name;
  std::function<std::unique_ptr<Changing>()> make;
};

class WorldContract : public testing::TestWithParam<WorldRow> {
 protected:
  // Applies puts and, where the value is missing, deletes.
  void Apply(Table table,
             const std::vector<std::pair<std::string, std::optional<std::string>>>& rows) {
    Step step;
    for (const auto& [key, value] : rows) step.writes.push_back({table, key, value});
    world_->Apply(step, ++position_);
  }

  Keys Scan(Table table, std::string_view prefix, std::string_view after, size_t limit = 100,
            Direction direction = Direction::kAscending) {
    Keys keys;
    const auto take = [&](std::string_view key, std::string_view value) {
      EXPECT_EQ(world_->now().Get(table, key), std::string(value));
      keys.emplace_back(key);
      return keys.size() < limit;
    };
    world_->now().Scan(table, prefix, after, take, direction);
    return keys;
  }
  Keys ScanDown(Table table, std::string_view prefix, std::string_view after, size_t limit = 100) {
    return Scan(table, prefix, after, limit, Direction::kDescending);
  }

  std::unique_ptr<Changing> world_ = GetParam().make();
  domain::Position position_ = 0;
};

TEST_P(WorldContract, IsEmptyAtFirst) {
  EXPECT_EQ(world_->now().position(), 0u);
  EXPECT_EQ(world_->now().Get(Table::kUsers, "a"), std::nullopt);
  EXPECT_TRUE(Dump(world_->now()).empty());
}

TEST_P(WorldContract, HasWhatWasPut) {
  Apply(Table::kUsers, {{"a", "1"}, {"b", ""}});
  EXPECT_EQ(world_->now().position(), 1u);
  EXPECT_EQ(world_->now().Get(Table::kUsers, "a"), "1");
  EXPECT_EQ(world_->now().Get(Table::kUsers, "b"), "");
  EXPECT_EQ(world_->now().Get(Table::kUsers, "aa"), std::nullopt);
  EXPECT_EQ(world_->now().Get(Table::kTokens, "a"), std::nullopt);
  Apply(Table::kTokens, {{std::string("\0c", 2), std::string("\0", 1)}});
  EXPECT_EQ(world_->now().Get(Table::kTokens, std::string("\0c", 2)), std::string("\0", 1));
}

// Rows of a table with a past say which position wrote them, those of the others do not.
TEST_P(WorldContract, KeepsThePositionThatWroteARow) {
  Apply(Table::kUsers, {{"a", "1"}});
  Apply(Table::kTokens, {{"a", "1"}});
  Apply(Table::kUsers, {{"b", "2"}});
  std::string first = "1";
  domain::AppendPosition(first, 1);
  EXPECT_EQ(world_->now().GetRaw(Table::kUsers, "a"), first);
  EXPECT_EQ(world_->now().GetRaw(Table::kTokens, "a"), "1");
  Keys rows;
  world_->now().ScanRaw(Table::kUsers, "", "", Direction::kAscending,
                        [&](std::string_view, std::string_view row) {
                          rows.emplace_back(row);
                          return true;
                        });
  std::string third = "2";
  domain::AppendPosition(third, 3);
  EXPECT_EQ(rows, (Keys{first, third}));
}

TEST_P(WorldContract, DropsWhatIsBelowABound) {
  Apply(Table::kRequests, {{"1/a", "1"}, {"1/b", "1"}, {"2/a", "1"}, {"3/a", "1"}});
  Apply(Table::kRequests, {{"2/b", "2"}, {"1/c", "2"}});
  world_->Apply({{{Table::kRequests, "3/b", "3"}, {Table::kRequests, "1/late", "3"}}, "2/a"},
                ++position_);
  EXPECT_EQ(Scan(Table::kRequests, "", ""), (Keys{"1/late", "2/a", "2/b", "3/a", "3/b"}));
  EXPECT_EQ(world_->now().Get(Table::kRequests, "1/a"), std::nullopt);
  EXPECT_EQ(world_->now().Get(Table::kRequests, "1/c"), std::nullopt);
  world_->Apply({{}, "4"}, ++position_);
  EXPECT_EQ(Scan(Table::kRequests, "", ""), (Keys{}));
  world_->Apply({{}, "1"}, ++position_);  // a lower bound brings nothing back
  EXPECT_EQ(Scan(Table::kRequests, "", ""), (Keys{}));
  Apply(Table::kRequests, {{"1/a", "5"}});
  EXPECT_EQ(Scan(Table::kRequests, "", ""), (Keys{"1/a"}));
}

TEST_P(WorldContract, HasNotWhatWasDeletedAndHasWhatWasPutAgain) {
  Apply(Table::kUsers, {{"a", "1"}, {"b", "1"}, {"c", "1"}});
  Apply(Table::kUsers, {{"a", std::nullopt}, {"b", "2"}, {"none", std::nullopt}});
  EXPECT_EQ(world_->now().position(), 2u);
  EXPECT_EQ(world_->now().Get(Table::kUsers, "a"), std::nullopt);
  EXPECT_EQ(world_->now().Get(Table::kUsers, "b"), "2");
  EXPECT_EQ(Scan(Table::kUsers, "", ""), (Keys{"b", "c"}));
  Apply(Table::kUsers, {{"a", "3"}});
  EXPECT_EQ(world_->now().Get(Table::kUsers, "a"), "3");
  EXPECT_EQ(Scan(Table::kUsers, "", ""), (Keys{"a", "b", "c"}));
}

TEST_P(WorldContract, KeepsTablesApart) {
  for (const Table table : domain::kTables) {
    Apply(table, {{"same", std::string(domain::TableName(table))}});
  }
  for (const Table table : domain::kTables) {
    EXPECT_EQ(world_->now().Get(table, "same"), std::string(domain::TableName(table)));
  }
  EXPECT_EQ(Scan(Table::kTokens, "", ""), (Keys{"same"}));
  EXPECT_EQ(Scan(Table::kUsers, "", ""), (Keys{"same"}));
  EXPECT_EQ(Scan(Table::kSearch, "", ""), (Keys{"same"}));
}

TEST_P(WorldContract, ScansAPrefixInOrderOfBytes) {
  Apply(Table::kUsers,
        {{"a", ""}, {"a/", ""}, {"a/1", ""}, {"a/10", ""}, {"a/2", ""}, {"a/\xff", ""}});
  Apply(Table::kUsers, {{"a0", ""}, {"b", ""}, {"a/15", ""}, {"A/1", ""}});
  EXPECT_EQ(Scan(Table::kUsers, "a/", ""), (Keys{"a/", "a/1", "a/10", "a/15", "a/2", "a/\xff"}));
  EXPECT_EQ(Scan(Table::kUsers, "a/1", ""), (Keys{"a/1", "a/10", "a/15"}));
  EXPECT_EQ(Scan(Table::kUsers, "c", ""), (Keys{}));
  EXPECT_EQ(Scan(Table::kUsers, "", "").size(), 10u);
}

TEST_P(WorldContract, ScansAfterAKey) {
  Apply(Table::kUsers, {{"a/1", ""}, {"a/2", ""}, {"a/3", ""}, {"b/1", ""}});
  EXPECT_EQ(Scan(Table::kUsers, "a/", "a/1"), (Keys{"a/2", "a/3"}));
  EXPECT_EQ(Scan(Table::kUsers, "a/", "a/15"), (Keys{"a/2", "a/3"}));
  EXPECT_EQ(Scan(Table::kUsers, "a/", "a/3"), (Keys{}));
  EXPECT_EQ(Scan(Table::kUsers, "a/", "A"), (Keys{"a/1", "a/2", "a/3"}));
  EXPECT_EQ(Scan(Table::kUsers, "a/", "b"), (Keys{}));
  EXPECT_EQ(Scan(Table::kUsers, "a/", "z"), (Keys{}));
  EXPECT_EQ(Scan(Table::kUsers, "a/1", "a/1"), (Keys{}));
  EXPECT_EQ(Scan(Table::kUsers, "", "a/3"), (Keys{"b/1"}));
}

TEST_P(WorldContract, ScansPrefixesOfTheHighestByte) {
  Apply(Table::kUsers, {{"a", ""}, {"\xfe", ""}, {"\xff", ""}, {"\xff\xff", ""}, {"b\xff", ""}});
  Apply(Table::kUsers, {{"b\xff\x01", ""}, {"c", ""}});
  EXPECT_EQ(Scan(Table::kUsers, "\xff", ""), (Keys{"\xff", "\xff\xff"}));
  EXPECT_EQ(Scan(Table::kUsers, "b\xff", ""), (Keys{"b\xff", "b\xff\x01"}));
}

TEST_P(WorldContract, StopsAScanWhenTold) {
  Apply(Table::kUsers, {{"1", ""}, {"2", ""}, {"3", ""}, {"4", ""}, {"5", ""}, {"6", ""}});
  for (size_t limit = 1; limit <= 6; ++limit) {
    EXPECT_EQ(Scan(Table::kUsers, "", "", limit).size(), limit);
    EXPECT_EQ(Scan(Table::kUsers, "", "", limit).back(), std::to_string(limit));
  }
}

TEST_P(WorldContract, ScansDownAsItScansUp) {
  const Keys some = {"A", "a", "a/", "a/1", "a/10", "a/2", "a/\xff", "a0", "b", "\xff", "\xff\xff"};
  for (const std::string& key : some) Apply(Table::kUsers, {{key, ""}, {key + "x", ""}});
  for (const std::string& key : some) Apply(Table::kUsers, {{key + "x", std::nullopt}});
  for (const char* prefix : {"", "a", "a/", "a/1", "b", "\xff", "\xff\xff", "x"}) {
    Keys up = Scan(Table::kUsers, prefix, "");
    std::reverse(up.begin(), up.end());
    EXPECT_EQ(ScanDown(Table::kUsers, prefix, ""), up) << prefix;
    for (const std::string& key : up) {
      EXPECT_EQ(ScanDown(Table::kUsers, prefix, "", up.size()).back(), up.back());
      const Keys rest(std::find(up.begin(), up.end(), key) + 1, up.end());
      EXPECT_EQ(ScanDown(Table::kUsers, prefix, key), rest) << prefix << " below " << key;
    }
  }
  EXPECT_EQ(ScanDown(Table::kUsers, "a/", "a/15"), (Keys{"a/10", "a/1", "a/"}));
  EXPECT_EQ(ScanDown(Table::kUsers, "a/", "z"), (Keys{"a/\xff", "a/2", "a/10", "a/1", "a/"}));
  EXPECT_EQ(ScanDown(Table::kUsers, "a/", "a"), (Keys{}));
  EXPECT_EQ(ScanDown(Table::kUsers, "a/1", "a/1"), (Keys{}));
  EXPECT_EQ(ScanDown(Table::kUsers, "", "a/1", 2), (Keys{"a/", "a"}));
  EXPECT_EQ(ScanDown(Table::kUsers, "", "A"), (Keys{}));
}

TEST_P(WorldContract, HidesDeletedRowsFromScans) {
  Apply(Table::kUsers, {{"1", ""}, {"2", ""}, {"3", ""}, {"4", ""}, {"5", ""}});
  Apply(Table::kUsers, {{"1", std::nullopt}, {"3", std::nullopt}, {"5", std::nullopt}});
  EXPECT_EQ(Scan(Table::kUsers, "", ""), (Keys{"2", "4"}));
  EXPECT_EQ(Scan(Table::kUsers, "", "2"), (Keys{"4"}));
  EXPECT_EQ(ScanDown(Table::kUsers, "", ""), (Keys{"4", "2"}));
}

const WorldRow kRows[] = {
    {"Memory", [] { return std::make_unique<ChangingMemory>(); }},
    {"Overlay", [] { return std::make_unique<ChangingOverlay>(); }},
    {"Views", [] { return std::make_unique<ChangingViews>(); }},
    {"PastNow", [] { return std::make_unique<ChangingPast>(0); }},
    {"PastOfOneLater", [] { return std::make_unique<ChangingPast>(1); }},
    {"PastOfManyLater", [] { return std::make_unique<ChangingPast>(20); }},
};

INSTANTIATE_TEST_SUITE_P(Worlds, WorldContract, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace roster::storage
