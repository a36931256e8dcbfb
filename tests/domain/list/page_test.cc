// Pages of a list, filtered and ordered, of something other than users: what such a list needs
// beside its rows is a table of fields and the names of its orders.

#include "domain/list/page.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/list/filter.h"
#include "domain/list/order.h"
#include "domain/rows/codec.h"
#include "domain/text/text.h"
#include "domain/world/memory_world.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

using view::v1::AccountRow;

// Accounts by name, preset and time, in tables that have no past.
constexpr Table kRows = Table::kTokens;
constexpr Table kByName = Table::kCounters;  // n/name/id → id

struct Account final : Candidate {
  explicit Account(AccountRow of) : row(std::move(of)), name(Normalize(row.display_name())) {}

  AccountRow row;
  std::string name;
};

const Account& Of(const Candidate& candidate) { return static_cast<const Account&>(candidate); }

const Fields& AccountFields() {
  static const Fields& kFields = *new Fields{
      .all = {
          {.name = "name",
           .text = [](const Candidate& account, const Field&, Form) { return &Of(account).name; },
           .exact = Normalize,
           .loose = Normalize},
          {.name = "preset",
           .number = [](const Candidate& account) -> int { return Of(account).row.preset(); },
           .names = event::v1::Preset_descriptor,
           .prefix = "PRESET_"},
          {.name = "create_time", .time = [](const Candidate& account) {
             return std::optional(FromTimestamp(Of(account).row.created_at()));
           }}}};
  return kFields;
}

const std::vector<std::string_view> kOrders = {"create_time", "name"};

// Created a day apart, in the order of their ids.
const MemoryWorld& Given() {
  static const MemoryWorld kWorld = [] {
    MemoryWorld world;
    Changes changes;
    Overlay overlay(world, changes);
    const std::pair<std::string, event::v1::Preset> table[] = {
        {"Zoo", kMatrix}, {"ann", kPortal}, {"Bob", kMatrix}, {"Anna", kMatrix}, {"Cid", kTeams}};
    int number = 0;
    for (const auto& [name, preset] : table) {
      AccountRow row;
      row.set_account_id(absl::StrCat("a", number));
      row.set_display_name(name);
      row.set_preset(preset);
      *row.mutable_created_at() = ToTimestamp(kDay0 + kDay * number++);
      overlay.Put(kRows, row.account_id(), Encode(row));
      overlay.Put(kByName, absl::StrCat("n/", Normalize(name), "/", row.account_id()),
                  row.account_id());
    }
    world.Apply(changes);
    return world;
  }();
  return kWorld;
}

// More than any list here has: a page that comes back for ever fails.
constexpr size_t kMaxText = 200;

// The ids in the list, with a bar where a page ends and another begins.
std::string List(std::string_view filter_text, std::string_view order_by, size_t size) {
  const Filter filter = *Filter::Parse(AccountFields(), filter_text);
  const Order order = *ParseOrder(kOrders, order_by);
  RowRanges rows{kRows, {""}, order.direction};
  if (order.field && kOrders[*order.field] == "name") rows = {kByName, {"n/"}, order.direction};
  std::string found;
  for (std::optional<std::string> last = ""; last && found.size() < kMaxText;) {
    const auto take = [&](std::string_view key, std::string_view value) {
      const std::string_view id = rows.table == kByName ? value : key;
      const Account account(*FindRow<AccountRow>(Given(), kRows, id));
      if (!filter.Matches(account)) return false;
      absl::StrAppend(&found, account.row.account_id(), " ");
      return true;
    };
    last = ScanPage(Given(), rows, {.after = *last, .size = size}, take);
    if (last) found.append("| ");
  }
  return found;
}

TEST(ScanPageTest, OfAnyAggregate) {
  EXPECT_EQ(List("", "", 50), "a0 a1 a2 a3 a4 ");
  EXPECT_EQ(List("", "create_time", 4), "a0 a1 a2 a3 | a4 ");
  EXPECT_EQ(List("", "name", 5), "a1 a3 a2 a4 a0 ");
  EXPECT_EQ(List("", "name desc", 2), "a0 a4 | a2 a3 | a1 ");
  EXPECT_EQ(List("preset = ROLE_MATRIX", "", 2), "a0 a2 | a3 ");
  EXPECT_EQ(List("preset = ROLE_MATRIX", "name", 1), "a3 | a2 | a0 ");
  EXPECT_EQ(List("create_time < 2023-11-17 AND NOT name = 'an*'", "create_time desc", 1),
            "a2 | a0 ");
  EXPECT_EQ(List("preset = WORKFORCE", "", 2), "");
}

TEST(ScanPageTest, GoesOnFromRangeToRange) {
  const RowRanges rows{kByName, {"n/z", "n/a"}};
  std::string keys;
  for (std::optional<std::string> last = ""; last && keys.size() < kMaxText;) {
    const auto take = [&](std::string_view key, std::string_view) {
      keys.append(key).append(" ");
      return true;
    };
    last = ScanPage(Given(), rows, {.after = *last, .size = 1}, take);
    if (last) keys.append("| ");
  }
  EXPECT_EQ(keys, "n/zoo/a0 | n/ann/a1 | n/anna/a3 ");
}

// A page ends after as many rows as it may look at, although none is an item.
TEST(ScanPageTest, LooksAtALimitedNumberOfRows) {
  MemoryWorld world;
  Changes changes;
  Overlay overlay(world, changes);
  for (size_t i = 0; i <= kMaxRowsOfPage; ++i) {
    overlay.Put(kRows, absl::StrCat(100'000 + i), "");
  }
  world.Apply(changes);
  size_t offered = 0;
  const auto refuse = [&](std::string_view, std::string_view) {
    ++offered;
    return false;
  };
  const auto last = ScanPage(world, {kRows, {""}}, {.after = "", .size = 1}, refuse);
  EXPECT_EQ(last, absl::StrCat(100'000 + kMaxRowsOfPage - 1));
  EXPECT_EQ(offered, kMaxRowsOfPage);
  EXPECT_EQ(ScanPage(world, {kRows, {""}}, {.after = *last, .size = 1}, refuse), std::nullopt);
  EXPECT_EQ(offered, kMaxRowsOfPage + 1);
}

}  // namespace
}  // namespace roster::domain
