// Views of long random histories: the same rows whichever way they came to be, and in every build.

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "domain/world/past.h"
#include "storage/crypto/sha256.h"
#include "storage/vault/sealing.h"
#include "tests/domain/history.h"
#include "tests/storage/views/views_support.h"

namespace roster::storage {
namespace {

using domain::Table;
using event::v1::Commit;

constexpr size_t kCommits = 50'000;
constexpr size_t kFewerCommits = 12'000;  // where each is done more often

std::string HashOf(const std::map<std::string, std::string>& rows) {
  std::string all;
  for (const auto& [key, row] : rows) {
    for (const std::string* text : {&key, &row}) {
      domain::AppendPosition(all, text->size());
      all += *text;
    }
  }
  return absl::BytesToHexString(Sha256(all));
}

std::map<std::string, std::string> RowsOf(const domain::World& world, Table table) {
  std::map<std::string, std::string> rows;
  world.ScanRaw(table, "", "", domain::Direction::kAscending,
                [&](std::string_view key, std::string_view row) {
                  rows.emplace(key, row);
                  return true;
                });
  return rows;
}

class ViewsHistoryTest : public ViewsTest {
 protected:
  // Folds commits into the views, in groups of any size.
  static void FoldAll(Views& views, const std::vector<Commit>& commits, uint64_t seed) {
    std::mt19937_64 random(seed);
    for (size_t next = 0; next < commits.size();) {
      const Version version = views.Latest();
      domain::Changes changes;
      domain::Overlay world(*version, changes);
      for (size_t end = std::min(commits.size(), next + random() % 900 + 1); next < end; ++next) {
        domain::Fold(world, commits[next]);
      }
      ASSERT_THAT(views.Apply(changes), IsOk());
    }
  }

  // Seals a commit by the vault, under the keys that it names.
  void SealAsItIs(Commit& commit) {
    for (event::v1::Event& event : *commit.mutable_events()) {
      if (!event.has_sealed()) continue;
      const bool created = event.has_user_created();
      if (created) {
        EXPECT_EQ(*vault_->TakeKey(), event.sealed().key_id());
      }
      *event.mutable_sealed() =
          *vault_->Seal(commit.account_id(),
                        created ? event.user_created().user_id() : event.user_updated().user_id(),
                        event.personal(), event.sealed().key_id());
    }
    ClearPersonal(commit);
  }
};

// Every row of every table, under the version of the views. A hash that changes means that a fold
// makes other rows of that table: raise the version, unless it never saw a release, then put both
// here.
struct GoldenRows {
  Table table;
  const char* hash;
};
constexpr uint32_t kGoldenVersion = 9;
const GoldenRows kGoldenRows[] = {
    {Table::kAccounts, "7ac28ebb1d132bc448dc254b6dd879a202164e1bc430d2349cd08bfa30b9ce0d"},
    {Table::kUsers, "3f835e7250cbf555f1499abc09477fc894f1a6c2400d9a1341bc78cbcf4dec1a"},
    {Table::kSearch, "e9c6865780612409aa0eb10002e61fa74cae415fc527dcf96cf2c595cf630429"},
    {Table::kServiceAccounts, "068edea9c99019101dbaec37bfd6dc55052c494d943f0304e42af8d9b82aa48a"},
    {Table::kTokens, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {Table::kSubjects, "b2dab959393fef8aa45eb49045931ae5c46a4a6e3872e85d3e0cf91f9e0c39c0"},
    {Table::kCounters, "7dcddbe22864598eebe64dda0dc31679bebc68f37cc84868c4436b85021147f3"},
    {Table::kRequests, "2d7d7f4ec60f73f4d4a4e15f7df782d9e230809cec125f58d0b2eb2686063479"},
    {Table::kErasures, "ebd81968433f8bb1675f7f0a2f044525350ab2f9d295b23a3ce2f40f5cff6b4b"},
    {Table::kPast, "b0e58c50754cc1b4ad05a10fe09b3ad81892c09a661e282253c6d24d6d4d75ce"},
    {Table::kSearchOf, "6c02974f60de7645567caf686241a709f62e0836ea9f56f6ee193bb7309946bd"},
    {Table::kSearchPast, "b569b043a725a6ca7ffc54bcea7c78ce08b3a70e20bfa7cfbf969e9c106a2702"},
    {Table::kCertificates, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {Table::kUserIndex, "c608bb35ae9015a5be53dba067bcc6c68d0236a127b4e9ff58bc4c30d703d278"},
    {Table::kClock, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
};

TEST_F(ViewsHistoryTest, HaveTheSameRowsInEveryBuild) {
  domain::History history(1);
  const std::vector<Commit> commits = history.Take(kCommits);
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  FoldAll(*views, commits, 1);
  EXPECT_EQ(kViewVersion, kGoldenVersion) << "another version has other rows: their hashes too";
  ASSERT_EQ(std::size(kGoldenRows), std::size(domain::kTables)) << "a table without a hash";
  for (const auto& [table, hash] : kGoldenRows) {
    EXPECT_EQ(HashOf(RowsOf(*views->Latest(), table)), hash)
        << "folds make other rows of the table " << domain::TableName(table)
        << ": raise the view version";
  }
  EXPECT_EQ(Dump(*views->Latest()) == Dump(history.world()), true);
}

// At any older position they show what the history before it folds to.
TEST_F(ViewsHistoryTest, ShowEveryOlderPosition) {
  domain::History history(2);
  const std::vector<Commit> commits = history.Take(kFewerCommits);
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  FoldAll(*views, commits, 2);
  std::mt19937_64 random(2);
  std::vector<Position> positions(50);
  for (Position& position : positions) position = random() % kFewerCommits + 1;
  std::sort(positions.begin(), positions.end());
  domain::MemoryWorld then;
  for (const Position position : positions) {
    while (then.position() < position) {
      domain::FoldInto(then, domain::Forgetting(commits[then.position()], history.erased()));
    }
    const domain::PastWorld past(*views->Latest(), position);
    for (const Table table : domain::kTables) {
      if (!domain::HasPast(table)) continue;
      EXPECT_EQ(RowsOf(past, table) == RowsOf(then, table), true)
          << domain::TableName(table) << "@" << position;
    }
  }
}

// Sealed by a vault whose keys go while the log grows: views that followed it, views that were
// opened again on the way, and views that are built when the keys are gone.
TEST_F(ViewsHistoryTest, AreTheSameFollowingRestartedAndRebuilt) {
  domain::History history(3);
  std::unique_ptr<Views> following = Open();
  ASSERT_NE(following, nullptr);
  KeyId destroyed = 0;
  for (int part = 0; part < 10; ++part) {
    std::vector<Commit> commits = history.Take(kFewerCommits / 10);
    for (Commit& commit : commits) SealAsItIs(commit);
    ASSERT_THAT(log_.Append(log_.head(), commits), IsOk());
    ASSERT_THAT(CatchUp(*following, log_, *vault_), IsOk());
    std::vector<KeyId> gone;
    for (const auto& [key_id, position] : history.erased()) gone.push_back(key_id);
    ASSERT_THAT(vault_->Destroy(gone), IsOk());
    destroyed = gone.size();
    if (part == 5) {
      Open(log_, directory_ / "restarted").reset();
      following.reset();
      following = Open();
      EXPECT_EQ(said_.text(), "");
    }
  }
  EXPECT_GT(destroyed, 300u);
  const auto rows = Dump(*following->Latest());
  const std::unique_ptr<Views> restarted = Open(log_, directory_ / "restarted");
  const std::unique_ptr<Views> rebuilt = Open(log_, directory_ / "rebuilt");
  EXPECT_EQ(Dump(*restarted->Latest()) == rows, true);
  EXPECT_EQ(Dump(*rebuilt->Latest()) == rows, true);
  EXPECT_EQ(Folded() == rows, true) << "one commit after the other, in memory";
}

}  // namespace
}  // namespace roster::storage
