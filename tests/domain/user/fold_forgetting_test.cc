// A log without the keys of those who were erased folds to what it folded to with them: otherwise
// rebuilt views would tell who was erased when, or find somebody again.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "domain/rows/codec.h"
#include "domain/rows/person_key_rows.h"
#include "domain/rows/user_rows.h"
#include "tests/domain/history.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

bool IsErased(const World& world, std::string_view account_id, std::string_view user_id) {
  const auto user = FindUser(world, account_id, user_id);
  return user && user->status() == event::v1::USER_STATUS_ERASED;
}

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

// Each search row of a user is listed for the user that it leads to; that is how it is found when
// the user is erased. So no erased user has any, and in the past none but those that a purge drops.
TEST(ForgettingTest, EverySearchRowIsListedForItsUser_R121) {
  History history(5);
  history.Take(4'000);
  const World& world = history.world();
  std::set<std::pair<std::string, std::string>> listed;  // account and key, user
  world.Scan(Table::kSearchOf, "", "", [&](std::string_view key, std::string_view bytes) {
    const size_t slash = key.find('/');
    const std::string user_id(key.substr(slash + 1));
    EXPECT_FALSE(IsErased(world, key.substr(0, slash), user_id));
    view::v1::SearchOfRow row;
    Decode(bytes, row);
    for (const std::string& search_key : row.keys()) listed.emplace(search_key, user_id);
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
  EXPECT_GT(rows, 100);
  for (const auto& [key, row] : PurgedRows(world, Table::kSearchPast)) {
    const std::string_view account_id = std::string_view(key).substr(1, key.find('/') - 1);
    EXPECT_FALSE(IsErased(world, account_id, row.substr(0, row.size() - kPositionBytes))) << key;
  }
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
