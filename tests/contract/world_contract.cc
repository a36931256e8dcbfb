// What every World promises, under the one way in which they all change. An implementation is a row
// at the end.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/world/memory_world.h"
#include "domain/world/overlay.h"
#include "storage/memory_log.h"
#include "storage/views.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

using domain::Changes;
using domain::Table;
using domain::World;
using Keys = std::vector<std::string>;

// A world that changes.
class Changing {
 public:
  virtual ~Changing() = default;
  virtual void Apply(const Changes& changes) = 0;
  virtual const World& now() const = 0;
};

class ChangingMemory final : public Changing {
 public:
  void Apply(const Changes& changes) override { world_.Apply(changes); }
  const World& now() const override { return world_; }

 private:
  domain::MemoryWorld world_;
};

// Every other change goes below the overlay, the rest into it, so that each scan merges.
class ChangingOverlay final : public Changing {
 public:
  void Apply(const Changes& changes) override {
    for (const Table table : domain::kTables) {
      for (const auto& [key, value] : changes.of(table)) {
        if (value && above_.of(table).count(key) == 0 && ++puts_ % 2 == 0) {
          Changes below;
          below.of(table)[key] = value;
          below_.Apply(below);
        } else if (value) {
          overlay_.Put(table, key, *value);
        } else {
          overlay_.Delete(table, key);
        }
      }
    }
    overlay_.MoveTo(changes.position);
  }
  const World& now() const override { return overlay_; }

 private:
  int puts_ = 0;
  domain::MemoryWorld below_;
  Changes above_;
  domain::Overlay overlay_{below_, above_};
};

class ChangingViews final : public Changing {
 public:
  ChangingViews() {
    ViewsOptions options;
    options.directory = directory_ / "views";
    options.cache_bytes = 8 << 20;
    auto opened = OpenViews(options, log_, [](std::string_view) {});
    EXPECT_THAT(opened, IsOk());
    views_ = *std::move(opened);
    latest_ = views_->Latest();
  }
  void Apply(const Changes& changes) override {
    const absl::StatusOr<Version> applied = views_->Apply(changes);
    ASSERT_THAT(applied, IsOk());
    latest_ = *applied;
    EXPECT_EQ(views_->Latest(), latest_);
  }
  const World& now() const override { return *latest_; }

 private:
  TempDirectory directory_;
  MemoryLog log_;
  std::unique_ptr<Views> views_;
  Version latest_;
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
    Changes changes;
    for (const auto& [key, value] : rows) changes.of(table)[key] = value;
    changes.position = ++position_;
    world_->Apply(changes);
  }

  Keys Scan(Table table, std::string_view prefix, std::string_view after, size_t limit = 100) {
    Keys keys;
    world_->now().Scan(table, prefix, after, [&](std::string_view key, std::string_view value) {
      EXPECT_EQ(world_->now().Get(table, key), std::string(value));
      keys.emplace_back(key);
      return keys.size() < limit;
    });
    return keys;
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
  Apply(Table::kUsers, {{"a", "1"}, {"b", ""}, {std::string("\0c", 2), std::string("\0", 1)}});
  EXPECT_EQ(world_->now().position(), 1u);
  EXPECT_EQ(world_->now().Get(Table::kUsers, "a"), "1");
  EXPECT_EQ(world_->now().Get(Table::kUsers, "b"), "");
  EXPECT_EQ(world_->now().Get(Table::kUsers, std::string("\0c", 2)), std::string("\0", 1));
  EXPECT_EQ(world_->now().Get(Table::kUsers, "aa"), std::nullopt);
  EXPECT_EQ(world_->now().Get(Table::kTokens, "a"), std::nullopt);
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
  EXPECT_EQ(Dump(world_->now()).size(), domain::kTableCount);
}

TEST_P(WorldContract, ScansAPrefixInOrderOfBytes) {
  Apply(Table::kSubjects,
        {{"a", ""}, {"a/", ""}, {"a/1", ""}, {"a/10", ""}, {"a/2", ""}, {"a/\xff", ""}});
  Apply(Table::kSubjects, {{"a0", ""}, {"b", ""}, {"a/15", ""}, {"A/1", ""}});
  EXPECT_EQ(Scan(Table::kSubjects, "a/", ""), (Keys{"a/", "a/1", "a/10", "a/15", "a/2", "a/\xff"}));
  EXPECT_EQ(Scan(Table::kSubjects, "a/1", ""), (Keys{"a/1", "a/10", "a/15"}));
  EXPECT_EQ(Scan(Table::kSubjects, "c", ""), (Keys{}));
  EXPECT_EQ(Scan(Table::kSubjects, "", "").size(), 10u);
}

TEST_P(WorldContract, ScansAfterAKey) {
  Apply(Table::kSubjects, {{"a/1", ""}, {"a/2", ""}, {"a/3", ""}, {"b/1", ""}});
  EXPECT_EQ(Scan(Table::kSubjects, "a/", "a/1"), (Keys{"a/2", "a/3"}));
  EXPECT_EQ(Scan(Table::kSubjects, "a/", "a/15"), (Keys{"a/2", "a/3"}));
  EXPECT_EQ(Scan(Table::kSubjects, "a/", "a/3"), (Keys{}));
  EXPECT_EQ(Scan(Table::kSubjects, "a/", "A"), (Keys{"a/1", "a/2", "a/3"}));
  EXPECT_EQ(Scan(Table::kSubjects, "a/", "b"), (Keys{}));
  EXPECT_EQ(Scan(Table::kSubjects, "a/", "z"), (Keys{}));
  EXPECT_EQ(Scan(Table::kSubjects, "a/1", "a/1"), (Keys{}));
  EXPECT_EQ(Scan(Table::kSubjects, "", "a/3"), (Keys{"b/1"}));
}

TEST_P(WorldContract, ScansPrefixesOfTheHighestByte) {
  Apply(Table::kSubjects, {{"a", ""}, {"\xfe", ""}, {"\xff", ""}, {"\xff\xff", ""}, {"b\xff", ""}});
  Apply(Table::kSubjects, {{"b\xff\x01", ""}, {"c", ""}});
  EXPECT_EQ(Scan(Table::kSubjects, "\xff", ""), (Keys{"\xff", "\xff\xff"}));
  EXPECT_EQ(Scan(Table::kSubjects, "b\xff", ""), (Keys{"b\xff", "b\xff\x01"}));
}

TEST_P(WorldContract, StopsAScanWhenTold) {
  Apply(Table::kSubjects, {{"1", ""}, {"2", ""}, {"3", ""}, {"4", ""}, {"5", ""}, {"6", ""}});
  for (size_t limit = 1; limit <= 6; ++limit) {
    EXPECT_EQ(Scan(Table::kSubjects, "", "", limit).size(), limit);
    EXPECT_EQ(Scan(Table::kSubjects, "", "", limit).back(), std::to_string(limit));
  }
}

TEST_P(WorldContract, HidesDeletedRowsFromScans) {
  Apply(Table::kSubjects, {{"1", ""}, {"2", ""}, {"3", ""}, {"4", ""}, {"5", ""}});
  Apply(Table::kSubjects, {{"1", std::nullopt}, {"3", std::nullopt}, {"5", std::nullopt}});
  EXPECT_EQ(Scan(Table::kSubjects, "", ""), (Keys{"2", "4"}));
  EXPECT_EQ(Scan(Table::kSubjects, "", "2"), (Keys{"4"}));
}

const WorldRow kRows[] = {
    {"Memory", [] { return std::make_unique<ChangingMemory>(); }},
    {"Overlay", [] { return std::make_unique<ChangingOverlay>(); }},
    {"Views", [] { return std::make_unique<ChangingViews>(); }},
};

INSTANTIATE_TEST_SUITE_P(Worlds, WorldContract, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace roster::storage
