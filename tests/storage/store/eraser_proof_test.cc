// The proof that erasing erases: marked users, and a search of every byte on the disk for the marks
// of the erased ones.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "domain/text/name.h"
#include "storage/crypto/aead.h"
#include "storage/vault/key_encryption_key.h"
#include "tests/storage/store/marks.h"
#include "tests/storage/store/store_support.h"
#include "tests/storage/vault/vault_support.h"

namespace roster::storage {
namespace {

constexpr int kUsers = 200;

std::string UserId(int i) { return "user-" + std::to_string(i); }
bool IsErased(int i) { return i % 2 == 0; }
// A user whose data changes before the erasures, so that the past has rows of that user.
bool IsUpdated(int i) { return i % 4 < 2; }

class ErasureProofTest : public StoreTest {
 protected:
  ErasureProofTest() { options_.compression = false; }

  void SetUp() override {
    ASSERT_THAT(Init(), IsOk());
    std::vector<Deciding> creates, updates;
    for (int i = 0; i < kUsers; ++i) {
      creates.push_back(Creates(UserId(i), MarkedPerson(UserId(i), "first")));
      if (IsUpdated(i)) updates.push_back(Updates(UserId(i), MarkedPerson(UserId(i), "second")));
    }
    RunningStore running(Opened());
    running.DoAll(creates);
    running.DoAll(updates);
  }

  // The marks of all data that a user has or had.
  static std::vector<std::string> MarksOf(int i) {
    std::vector<std::string> marks = PersonMarks(UserId(i), "first");
    if (!IsUpdated(i)) return marks;
    for (std::string& mark : PersonMarks(UserId(i), "second")) marks.push_back(std::move(mark));
    return marks;
  }

  // The part of the name in the row by which users are sorted.
  static std::string SortMark(int i, const char* time) {
    const std::string key = domain::SortKey(MarkedPerson(UserId(i), time).full_name());
    return key.substr(0, key.find('\x01'));
  }

  // The users of which a mark, in whatever encoding, is in any file. `where`: gets the names of
  // those with marks of the erased.
  std::set<int> Found(std::set<std::string>* where = nullptr) const {
    MarkFinder marks;
    for (int i = 0; i < kUsers; ++i) {
      for (const std::string& mark : MarksOf(i)) marks.Add(mark, i);
      for (const char* time : {"first", "second"}) marks.Add(SortMark(i, time), i);
    }
    std::set<int> found;
    for (const auto& [name, content] : Files()) {
      std::set<int> in_file;
      marks.FindIn(content, in_file);
      const bool erased = std::any_of(in_file.begin(), in_file.end(), IsErased);
      if (erased && where != nullptr) where->insert(name);
      found.merge(in_file);
    }
    return found;
  }

  void ExpectNothingOfTheErased(const std::string& when) const {
    std::set<std::string> where;
    EXPECT_EQ(Found(&where), Users(/*erased_too=*/false)) << when;
    EXPECT_EQ(where, std::set<std::string>()) << when;
  }

  static std::set<int> Users(bool erased_too) {
    std::set<int> users;
    for (int i = 0; i < kUsers; ++i) {
      if (erased_too || !IsErased(i)) users.insert(i);
    }
    return users;
  }

  // Email and user name of each other user, as they are and, where they changed, as they were.
  void ExpectTheOthersWhole(Store& store) {
    const auto files = Files();
    for (const int i : Users(/*erased_too=*/false)) {
      for (const char* time : {"first", "second"}) {
        if (time == std::string("second") && !IsUpdated(i)) continue;
        const event::v1::PersonalData person = MarkedPerson(UserId(i), time);
        EXPECT_TRUE(AnyHas(files, Lower(person.email()).substr(kSharedBytes))) << i << time;
        EXPECT_TRUE(AnyHas(files, Lower(person.user_name()).substr(kSharedBytes))) << i << time;
        EXPECT_TRUE(AnyHas(files, Lower(person.full_name()).substr(kSharedBytes))) << i << time;
        EXPECT_TRUE(AnyHas(files, SortMark(i, time).substr(kSharedBytes))) << i << time;
      }
      const auto now = MarkedPerson(UserId(i), IsUpdated(i) ? "second" : "first");
      EXPECT_EQ(PersonIn(store, UserId(i)).SerializeAsString(), now.SerializeAsString()) << i;
    }
  }

  static bool AnyHas(const std::map<std::string, std::string>& files, const std::string& text) {
    for (const auto& [name, content] : files) {
      if (content.find(text) != std::string::npos) return true;
    }
    return false;
  }

  static std::vector<Deciding> Erasures() {
    std::vector<Deciding> erases;
    for (int i = 0; i < kUsers; ++i) {
      if (IsErased(i)) erases.push_back(Erases(UserId(i)));
    }
    return erases;
  }
};

TEST_F(ErasureProofTest, SearchesWhereTheMarksAre) {
  EXPECT_EQ(Found(), Users(/*erased_too=*/true)) << "else the search would prove nothing";
}

TEST_F(ErasureProofTest, NothingIsLeftOfTheErasedAndAllOfTheOthers) {
  {
    RunningStore running(Opened());
    Version held = running->views().Latest();
    for (const Outcome& outcome : running.DoAll(Erasures())) {
      EXPECT_EQ(outcome.status, absl::OkStatus());
    }
    EXPECT_EQ(Found(), Users(/*erased_too=*/true)) << "a reader still sees them";
    held.reset();
    AwaitPurged(*running);
    ExpectNothingOfTheErased("purged");
    ExpectTheOthersWhole(*running);
  }
  ExpectNothingOfTheErased("stopped");
  EXPECT_THAT(VerifyStore(paths_), IsOk());
  for (const bool rebuilt : {false, true}) {
    if (rebuilt) std::filesystem::remove_all(path_ + "/views");
    const std::unique_ptr<Store> store = Opened();
    AwaitPurged(*store);
    ASSERT_THAT(store->views().Purge(), IsOk());
    ExpectNothingOfTheErased("started again");
    ExpectTheOthersWhole(*store);
  }
}

// The keys of a vault, by themselves.
std::vector<SecretKey> KeysLeft(const StorePaths& paths) {
  const absl::StatusOr<SecretKey> wrapping = ReadKeyEncryptionKey(paths.key_encryption_key);
  const std::string content = Content(paths.vault);
  const std::string log_id = content.substr(16, 16);
  std::vector<SecretKey> keys;
  for (KeyId key_id = 1; key_id * kSlot < content.size(); ++key_id) {
    std::string context = log_id;
    domain::AppendPosition(context, key_id);
    const auto key = Open(*wrapping, context, content.substr(key_id * kSlot, kSlot - 4));
    if (key) keys.emplace_back(*key);
  }
  return keys;
}

// Each key that is left against each sealed message: those of the erased don't open, those of the
// others by one key alone.
TEST_F(ErasureProofTest, NoKeyThatIsLeftOpensWhatWasSealedForTheErased) {
  RunningStore(Opened()).DoAll(Erasures());
  const std::vector<SecretKey> keys = KeysLeft(paths_);
  EXPECT_EQ(keys.size(), 1'024u - kUsers / 2);
  const std::unique_ptr<Store> store = Opened();
  const auto commits = store->log().Read(1, 10'000);
  std::map<std::string, int> opened;
  for (const event::v1::Commit& commit : *commits) {
    for (const event::v1::Event& event : commit.events()) {
      if (!event.has_sealed()) continue;
      const std::string& user = event.has_user_created() ? event.user_created().user_id()
                                                         : event.user_updated().user_id();
      std::string context = std::string(kStoreAccount) + '\0' + user + '\0';
      domain::AppendPosition(context, event.sealed().key_id());
      opened[user] +=
          static_cast<int>(std::count_if(keys.begin(), keys.end(), [&](const SecretKey& key) {
            return storage::Open(key, context, event.sealed().bytes());
          }));
    }
  }
  for (int i = 0; i < kUsers; ++i) {
    EXPECT_EQ(opened[UserId(i)], IsErased(i) ? 0 : IsUpdated(i) ? 2 : 1) << i;
  }
}

}  // namespace
}  // namespace roster::storage
