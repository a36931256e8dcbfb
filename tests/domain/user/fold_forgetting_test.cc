// A log without the keys of those who were erased folds to what it folded to with them: otherwise
// rebuilt views would tell who was erased when, or find somebody again.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "domain/rows/codec.h"
#include "domain/rows/person_key_rows.h"
#include "domain/rows/user_rows.h"
#include "tests/domain/history.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

TEST(ForgettingTest, LeavesTheSameRowsAsFoldingWithoutTheKeys_R121) {
  for (const uint64_t seed : {1, 2, 3}) {
    History history(seed);
    MemoryWorld without;
    const std::vector<event::v1::Commit> commits = history.Take(4'000);
    ASSERT_GT(history.erased().size(), 50u);
    for (const event::v1::Commit& commit : commits) {
      FoldInto(without, Forgetting(commit, history.erased()));
    }
    EXPECT_EQ(Dump(without), Dump(history.world())) << seed;
  }
}

// Nor does it matter when a key goes, after its user was erased.
TEST(ForgettingTest, LeavesTheSameRowsWhicheverKeysAreGone_R121) {
  History history(4);
  const std::vector<event::v1::Commit> commits = history.Take(3'000);
  std::set<KeyId> some;
  for (const auto& [key_id, position] : history.erased()) {
    if (key_id % 2 == 0) some.insert(key_id);
  }
  MemoryWorld without;
  for (const event::v1::Commit& commit : commits) FoldInto(without, Forgetting(commit, some));
  EXPECT_EQ(Dump(without), Dump(history.world()));
}

// Each search row of a user, now and in the past, is listed for the user that it leads to; that is
// how it is found when the user is erased. And no erased user has any.
TEST(ForgettingTest, EverySearchRowIsListedForItsUser_R121) {
  History history(5);
  history.Take(4'000);
  const World& world = history.world();
  std::set<std::pair<std::string, std::string>> listed;  // account and key, user
  world.Scan(Table::kSearchOf, "", "", [&](std::string_view key, std::string_view bytes) {
    const std::vector<std::string> parts =
        absl::StrSplit(std::string(key), absl::MaxSplits('/', 2));
    EXPECT_NE(FindUser(world, parts[0], parts[1])->status(), event::v1::USER_STATUS_ERASED);
    if (parts.size() == 3) listed.emplace(parts[2], parts[1]);  // given up
    view::v1::SearchOfRow row;
    Decode(bytes, row);
    for (const std::string& search_key : row.keys()) listed.emplace(search_key, parts[1]);
    return true;
  });
  int rows = 0;
  const auto check = [&](std::string_view key, std::string_view row) {
    row.remove_suffix(kPositionBytes);
    if (!FindUser(world, key.substr(0, key.find('/')), row)) return true;  // of something else
    EXPECT_EQ(listed.count({std::string(key), std::string(row)}), 1u) << key << " of " << row;
    ++rows;
    return true;
  };
  world.ScanRaw(Table::kSearch, "", "", Direction::kAscending, check);
  world.ScanRaw(Table::kSearchPast, "", "", Direction::kAscending,
                [&](std::string_view key, std::string_view row) {
                  return check(key.substr(1, key.size() - 2 - kPositionBytes), row);
                });
  EXPECT_GT(rows, 100);
}

// The highest key that an event named, also of users erased since: no key is used twice.
TEST(ForgettingTest, TheLastKeyStays) {
  Scenario given(kMatrix);
  EXPECT_EQ(LastKey(given.world()), 1u);
  History history(6);
  KeyId last = 0;
  for (int i = 0; i < 1'000; ++i) {
    const event::v1::Commit commit = history.Next();
    for (const event::v1::Event& event : commit.events()) {
      last = std::max<KeyId>(last, event.sealed().key_id());
    }
    ASSERT_EQ(LastKey(history.world()), last);
  }
}

}  // namespace
}  // namespace roster::domain
