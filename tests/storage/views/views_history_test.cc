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
#include "tests/support/purged.h"

namespace roster::storage {
namespace {

using domain::PurgedRows;
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
    {Table::kAccounts, "2ab0023a304950a91ceb19745c0ac39861d3c6e2738bd47ac9bfb6e5c0b9ed29"},
    {Table::kUsers, "8e31d70cc965f9d0d9d20a502a909ca7cc4130026667f787ace12d055bcad1fa"},
    {Table::kSearch, "c0241e463e98fced656c185e6c7298fa70ac019d848e88c0c837503c96cae683"},
    {Table::kServiceAccounts, "f53da8e66eb0358310cf2cf380de53e685dcc23709b20e3b91aabae0eb1ca237"},
    {Table::kTokens, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {Table::kSubjects, "ab64df408a985bafea4289b5052e1331b14975bf153a30d250d94c82a9a0b8e8"},
    {Table::kCounters, "08d0aceb2bfaee2b99f0a325a17701a1044f3de378fa869c212c422424c77ee3"},
    {Table::kRequests, "d31493c87ca021e9a212a03a77beb2093479b05456cdbd39f5ba8bbbc6cb60a9"},
    {Table::kErasures, "9c8403736abd0fdd1bb2da2c15312d746575f06cd86f70670b4ab1800fcb8464"},
    {Table::kPast, "bb4235e5af5ea4d0bac74ce90d19f23cf6434305fe70ac1c1f1d87ff6e749f94"},
    {Table::kSearchOf, "809f4723b7ef51e2be19d63d0e598e98305cc4422b8016fe56c1870fbd47a491"},
    {Table::kSearchPast, "58330814bd89ce3dc688e2b5aada4877a73446b310813955c33b4e047b51a043"},
    {Table::kCertificates, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {Table::kUserIndex, "87d187c7cdce4b7e01a8bc1adabc5b11bbdf2ecfdbe21ff9bafe608ac7ca73de"},
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
    EXPECT_EQ(HashOf(PurgedRows(*views->Latest(), table)), hash)
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
  ASSERT_THAT(views->Purge(), IsOk());
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
      EXPECT_EQ(PurgedRows(past, table) == PurgedRows(then, table), true)
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
