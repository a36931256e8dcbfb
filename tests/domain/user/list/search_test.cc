// The search rows of a user that is renamed again and again.

#include "domain/user/list/search.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "domain/rows/user_rows.h"
#include "domain/user/fold.h"
#include "domain/user/list/list.h"
#include "domain/world/past.h"
#include "tests/domain/history.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

using event::v1::PersonalData;

// What a commit reads and writes.
struct Cost {
  size_t rows_read = 0;
  size_t bytes_read = 0;
  size_t rows_written = 0;
  size_t bytes_written = 0;
};

// The numbers of a commit and a revision in rows: they grow by a byte now and then.
constexpr size_t kNumberBytes = 64;

void ExpectTheSame(const Cost& now, const Cost& before) {
  EXPECT_EQ(now.rows_read, before.rows_read);
  EXPECT_EQ(now.rows_written, before.rows_written);
  EXPECT_NEAR(now.bytes_read, before.bytes_read, kNumberBytes);
  EXPECT_NEAR(now.bytes_written, before.bytes_written, kNumberBytes);
}

// A world that counts the rows that it is asked for.
class CountedWorld final : public World {
 public:
  CountedWorld(const World& below, Cost& cost) : below_(below), cost_(cost) {}

  Position position() const override { return below_.position(); }
  const Keys& keys() const override { return below_.keys(); }
  std::optional<std::string> GetRaw(Table table, std::string_view key) const override {
    std::optional<std::string> row = below_.GetRaw(table, key);
    Count(key, row ? *row : "");
    return row;
  }
  void ScanRaw(Table table, std::string_view prefix, std::string_view after, Direction direction,
               Visitor visit) const override {
    below_.ScanRaw(table, prefix, after, direction,
                   [&](std::string_view key, std::string_view row) {
                     Count(key, row);
                     return visit(key, row);
                   });
  }

 private:
  void Count(std::string_view key, std::string_view row) const {
    ++cost_.rows_read;
    cost_.bytes_read += key.size() + row.size();
  }

  const World& below_;
  Cost& cost_;
};

// What was sealed opens until the keys are lost.
class LosableKeys final : public Keys {
 public:
  std::optional<PersonalData> Open(std::string_view account_id, std::string_view user_id,
                                   const event::v1::SealedData& sealed) const override {
    if (lost) return std::nullopt;
    return PlainKeys().Open(account_id, user_id, sealed);
  }

  bool lost = false;
};

// Names of one length, so that each rename is as large as the one before.
PersonalData Named(int number) {
  PersonalData personal;
  personal.set_full_name(absl::StrCat("Ann Middle N", number));
  personal.set_email(absl::StrCat("ann", number, "@example.com"));
  personal.set_user_name("ann");
  return personal;
}

class SearchTest : public testing::Test {
 protected:
  SearchTest() {
    Join("ann");
    Join("bob");
  }

  void Join(const std::string& user_id) {
    event::v1::Event event;
    event.mutable_user_created()->set_user_id(user_id);
    PersonalData personal = Named(1'000);
    personal.set_email(user_id + "@example.com");
    personal.set_user_name(user_id);
    *event.mutable_personal() = personal;
    Happens(event);
  }

  Cost Rename(const PersonalData& personal) {
    event::v1::Event event;
    event.mutable_user_updated()->set_user_id("ann");
    *event.mutable_personal() = personal;
    return Happens(event);
  }

  Cost Erase(const std::string& user_id = "ann") {
    event::v1::Event event;
    event.mutable_user_erased()->set_user_id(user_id);
    event.mutable_user_erased()->set_key_id(1);
    return Happens(event);
  }

  Cost Happens(event::v1::Event event) {
    if (event.has_personal()) *event.mutable_sealed() = SealPlainly(event.personal());
    event::v1::Commit commit;
    commit.set_account_id(kAccount);
    commit.set_position(world_.position() + 1);
    *commit.add_events() = std::move(event);
    Cost cost;
    const CountedWorld counted(world_, cost);
    Changes changes;
    Overlay overlay(counted, changes);
    Fold(overlay, commit);
    for (const Table table : kTables) {
      for (const auto& [key, row] : changes.of(table).rows) {
        ++cost.rows_written;
        cost.bytes_written += key.size() + (row ? row->size() : 0);
      }
    }
    world_.Apply(changes);
    return cost;
  }

  // The keys of search rows of the user, now or in the past, and of what lists them, that a purge
  // leaves.
  std::set<std::string> RowsOf(const std::string& user_id) const {
    std::set<std::string> rows;
    for (const Table table : {Table::kSearch, Table::kSearchPast}) {
      for (const auto& [key, row] : PurgedRows(world_, table)) {
        if (row.substr(0, user_id.size()) == user_id) rows.insert(key);
      }
    }
    const std::string list_key = UserRowKey(kAccount, user_id);
    if (world_.Get(Table::kSearchOf, list_key)) rows.insert(list_key);
    return rows;
  }

  // The users that a list by email of an older position shows.
  std::set<std::string> ListedAt(Position position) const {
    const PastWorld past(world_, position);
    view::v1::AccountRow account;
    account.set_account_id(kAccount);
    const Filter all = *Filter::Parse(UserFields(), "");
    const UserList list(account, all, *ParseUserOrder("email"));
    std::set<std::string> listed;
    past.Scan(list.rows().table, list.rows().prefixes[0], "",
              [&](std::string_view key, std::string_view value) {
                if (const auto user = list.UserAt(past, key, value)) {
                  listed.insert(user->row().user_id());
                }
                return true;
              });
    return listed;
  }

  LosableKeys keys_;
  MemoryWorld world_{keys_};
};

TEST_F(SearchTest, AH1ARenameCostsTheSameHoweverManyWereBefore) {
  Rename(Named(1'001));
  const Cost second = Rename(Named(1'002));
  for (int number = 1'003; number < 2'000 && !HasFailure(); ++number) {
    ExpectTheSame(Rename(Named(number)), second);
  }
}

// Between two names, so that each key comes back: nor does that cost more.
TEST_F(SearchTest, AH1NamesThatComeBackCostTheSame) {
  Rename(Named(1'001));
  Rename(Named(1'002));
  const Cost third = Rename(Named(1'001));
  for (int number = 0; number < 500 && !HasFailure(); ++number) {
    ExpectTheSame(Rename(Named(1'002 - number % 2)), third);
  }
}

// Nor does an erasure: what the user gave up is left to the purge.
TEST_F(SearchTest, AH7AnErasureCostsTheSameWhateverTheUsersPast) {
  for (int number = 1'001; number < 1'500; ++number) Rename(Named(number));
  const Cost long_past = Erase("ann");
  ExpectTheSame(long_past, Erase("bob"));
}

// Until the purge, rows of the past lead to an erased user.
TEST_F(SearchTest, AH7NobodyIsFoundByWhatAnErasedUserLeft) {
  const std::string email = "ann1001@example.com";
  Rename(Named(1'001));
  const Position then = world_.position();
  Rename(Named(1'002));
  Erase();
  const PastWorld past(world_, then);
  EXPECT_EQ(past.Get(Table::kSearch, EmailKey(kAccount, email)), "ann");
  EXPECT_TRUE(FindUserByEmail(past, kAccount, email));
  EXPECT_EQ(ListedAt(then), (std::set<std::string>{"ann", "bob"}));
  keys_.lost = true;
  EXPECT_FALSE(FindUserByEmail(past, kAccount, email));
  EXPECT_EQ(ListedAt(then), std::set<std::string>());
}

TEST_F(SearchTest, AnUpdateThatChangesNoKeyWritesNoSearchRow) {
  PersonalData personal = Named(1'001);
  Rename(personal);
  personal.set_title("Engineer");
  const std::set<std::string> before = RowsOf("ann");
  const auto list = world_.Get(Table::kSearchOf, UserRowKey(kAccount, "ann"));
  Rename(personal);
  EXPECT_EQ(RowsOf("ann"), before);
  EXPECT_EQ(world_.Get(Table::kSearchOf, UserRowKey(kAccount, "ann")), list);
}

// However the names went and came, an erasure finds them all, and no row of anybody else.
TEST_F(SearchTest, ErasingLeavesNothingOfAnyNameAndAllOfOthers) {
  const std::set<std::string> bobs = RowsOf("bob");
  for (const int number : {1'001, 1'002, 1'001, 1'003, 1'001, 1'001}) Rename(Named(number));
  EXPECT_EQ(FindUserByEmail(world_, kAccount, "ann1001@example.com")->user_id(), "ann");
  EXPECT_FALSE(FindUserByEmail(world_, kAccount, "ann1003@example.com"));
  EXPECT_GT(RowsOf("ann").size(), 20u);
  Erase();
  EXPECT_EQ(RowsOf("ann"), std::set<std::string>());
  EXPECT_EQ(RowsOf("bob"), bobs);
  EXPECT_EQ(FindUserByEmail(world_, kAccount, "bob@example.com")->user_id(), "bob");
}

// An email that the user gave up and somebody else has now is theirs.
TEST_F(SearchTest, AKeyThatSomebodyElseHasNowStaysTheirs) {
  Rename(Named(1'001));
  Rename(Named(1'002));
  event::v1::Event event;
  event.mutable_user_updated()->set_user_id("bob");
  *event.mutable_personal() = Named(1'001);
  event.mutable_personal()->set_user_name("bob");
  Happens(event);
  Rename(Named(1'003));
  Erase();
  EXPECT_EQ(FindUserByEmail(world_, kAccount, "ann1001@example.com")->user_id(), "bob");
  EXPECT_EQ(RowsOf("ann"), std::set<std::string>());
}

}  // namespace
}  // namespace roster::domain
