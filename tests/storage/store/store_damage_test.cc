// A store with a part that is missing, foreign, damaged or older than the others.

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "storage/log/log_check.h"
#include "storage/store/store_directory.h"
#include "tests/storage/store/store_support.h"
#include "tests/storage/vault/vault_support.h"
#include "tests/storage/views/views_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
namespace fs = std::filesystem;

// A store with ann, bob and cem, whose keys are 1, 2 and 3; cem is erased.
class StoreDamageTest : public StoreTest {
 protected:
  void SetUp() override {
    ASSERT_THAT(Init(), IsOk());
    empty_vault_ = Content(paths_.vault);
    RunningStore running(Opened());
    running.DoAll({Creates("ann"), Creates("bob"), Creates("cem")});
    full_vault_ = Content(paths_.vault);
    running.Do(Erases("cem"));
    AwaitPurged(*running);
    rows_ = Dump(*running->views().Latest());
  }

  // The store is refused, and no byte of it changes by that.
  void ExpectRefused(StatusCode code, const std::string& text) {
    const auto before = Files();
    EXPECT_THAT(Open(), Fails(code, text));
    EXPECT_EQ(Files(), before);
    EXPECT_THAT(VerifyStore(options_.paths), Fails(code, text));
    EXPECT_EQ(Files(), before);
  }

  // The names and contents of the files of the views.
  std::map<std::string, std::string> ViewFiles() {
    std::map<std::string, std::string> files;
    for (const auto& file : fs::directory_iterator(ViewsDirectory(path_))) {
      files[file.path().filename()] = Content(file.path());
    }
    return files;
  }

  void ExpectWhole() {
    const std::unique_ptr<Store> store = Opened();
    ASSERT_NE(store, nullptr);
    EXPECT_EQ(Dump(*store->views().Latest()), rows_);
    EXPECT_EQ(PersonIn(*store, "ann").email(), "ann@example.com");
    EXPECT_EQ(PersonIn(*store, "cem").email(), "");
  }

  // Puts another file in the place of one for a while.
  void Instead(const std::string& path, const std::string& content,
               const std::function<void()>& test) {
    const std::string before = Content(path);
    Overwrite(path, content);
    test();
    Overwrite(path, before);
  }

  void Without(const std::string& path, const std::function<void()>& test) {
    fs::rename(path, directory_ / "aside");
    test();
    fs::rename(directory_ / "aside", path);
  }

  std::string empty_vault_, full_vault_;  // before the first key, and before the first erasure
  std::map<std::string, std::string> rows_;
};

TEST_F(StoreDamageTest, IsRefusedWithoutAPart) {
  Without(paths_.vault, [&] { ExpectRefused(StatusCode::kNotFound, "--key-vault"); });
  Without(paths_.key_encryption_key,
          [&] { ExpectRefused(StatusCode::kNotFound, "--key-encryption-key"); });
  Without(paths_.checkpoint, [&] { ExpectRefused(StatusCode::kNotFound, paths_.checkpoint); });
  Without(LogDirectory(path_), [&] { ExpectRefused(StatusCode::kDataLoss, "is missing"); });
  ExpectWhole();
}

TEST_F(StoreDamageTest, IsRefusedWithAPartOfAnotherStore) {
  const StorePaths others = StorePaths::Beside(directory_ / "other");
  ASSERT_THAT(InitStore(others, {AccountCommit("a1")}), IsOk());
  Instead(paths_.key_encryption_key, Content(others.key_encryption_key), [&] {
    ExpectRefused(StatusCode::kFailedPrecondition, "does not belong to the key vault");
    Instead(paths_.vault, Content(others.vault),
            [&] { ExpectRefused(StatusCode::kFailedPrecondition, "belongs to another store"); });
  });
  Instead(paths_.checkpoint, Content(others.checkpoint), [&] {
    ExpectRefused(StatusCode::kFailedPrecondition, "is not the one of its checkpoint");
  });
  ExpectWhole();
}

TEST_F(StoreDamageTest, IsRefusedWithADamagedPart) {
  const auto flipped = [](std::string content, size_t at) {
    content[at] ^= 1;
    return content;
  };
  Instead(paths_.vault, flipped(Content(paths_.vault), 2 * kSlot + 5),
          [&] { ExpectRefused(StatusCode::kDataLoss, "key 2"); });
  Instead(paths_.checkpoint, flipped(Content(paths_.checkpoint), 40),
          [&] { ExpectRefused(StatusCode::kDataLoss, paths_.checkpoint); });
  Instead(paths_.erasure_list(), "nonsense\n",
          [&] { ExpectRefused(StatusCode::kDataLoss, paths_.erasure_list()); });
  ExpectWhole();
}

// An older copy lacks keys, whether the views are there or have to be folded.
TEST_F(StoreDamageTest, IsRefusedWithAVaultThatLacksKeys) {
  for (const bool views : {true, false}) {
    if (!views) fs::remove_all(ViewsDirectory(path_));
    Instead(paths_.vault, empty_vault_, [&] {
      EXPECT_THAT(Open(), Fails(StatusCode::kDataLoss, views ? "older copy" : "key 1 is missing"));
    });
    ExpectWhole();
  }
}

// A key that is gone although its user is not erased. Views that were folded without it must not
// outlive the refusal, because the search rows of the user are missing.
TEST_F(StoreDamageTest, IsRefusedWithAKeyGoneForNoReason) {
  std::string vault = Content(paths_.vault);
  vault.replace(1 * kSlot, kSlot, kSlot, '\0');
  for (const bool views : {true, false}) {
    if (!views) fs::remove_all(ViewsDirectory(path_));
    Instead(paths_.vault, vault, [&] {
      EXPECT_THAT(Open(), Fails(StatusCode::kDataLoss, "key 1 is gone, though nobody erased"));
      EXPECT_THAT(Open(), Fails(StatusCode::kDataLoss, "key 1 is gone, though nobody erased"));
    });
    ExpectWhole();
  }
}

// Views that can be used are as they were, so the next start with the right vault has nothing to
// do.
TEST_F(StoreDamageTest, ARefusedStartLeavesTheViews) {
  std::string key_gone = Content(paths_.vault);
  key_gone.replace(1 * kSlot, kSlot, kSlot, '\0');
  for (const std::string& vault : {empty_vault_, key_gone}) {
    const auto before = ViewFiles();
    Instead(paths_.vault, vault, [&] { EXPECT_FALSE(Open().ok()); });
    EXPECT_EQ(ViewFiles(), before);
    ExpectWhole();
    EXPECT_EQ(said_.text(), "");
  }
}

// The vault that is restored is one from before an erasure: the start destroys that key again.
TEST_F(StoreDamageTest, ForgetsAgainWhatAnOlderVaultBringsBack) {
  Overwrite(paths_.vault, full_vault_);
  for (const bool views : {true, false}) {
    if (!views) {
      Overwrite(paths_.vault, full_vault_);
      fs::remove_all(ViewsDirectory(path_));
    }
    EXPECT_NE(Content(paths_.vault).substr(3 * kSlot, kSlot), std::string(kSlot, '\0'));
    ExpectWhole();
    EXPECT_NE(said_.text().find("erasures: finishing 1"), std::string::npos) << said_.text();
    EXPECT_EQ(Content(paths_.vault).substr(3 * kSlot, kSlot), std::string(kSlot, '\0'));
  }
}

TEST_F(StoreDamageTest, GetsALostErasureListAgain) {
  const std::string list = Content(paths_.erasure_list());
  fs::remove(paths_.erasure_list());
  AwaitPurged(*Opened());
  EXPECT_EQ(Content(paths_.erasure_list()), list);
  ExpectWhole();
  EXPECT_EQ(said_.text(), "");
}

TEST_F(StoreDamageTest, IsVerifiedWhole) {
  const auto before = Files();
  EXPECT_THAT(VerifyStore(paths_), IsOk());
  EXPECT_EQ(Files(), before);
}

// What a start would refuse, and what it would not even see.
TEST_F(StoreDamageTest, VerifyFindsKeysThatAreGone) {
  std::string key_gone = Content(paths_.vault);
  key_gone.replace(1 * kSlot, kSlot, kSlot, '\0');
  Instead(paths_.vault, key_gone,
          [&] { EXPECT_THAT(VerifyStore(paths_), Fails(StatusCode::kDataLoss, "key 1 is gone")); });
  Instead(paths_.vault, empty_vault_, [&] {
    EXPECT_THAT(VerifyStore(paths_), Fails(StatusCode::kDataLoss, "key 1 is missing"));
  });
}

TEST_F(StoreDamageTest, VerifyComparesTheViewsWithTheLog) {
  const auto before = Files();
  std::string said;
  const auto say = [&](std::string_view line) { said.append(line); };
  EXPECT_THAT(VerifyStore(paths_, say), IsOk());
  EXPECT_EQ(said, "");
  EXPECT_EQ(Files(), before);
  // As if the last commit were not folded yet: a second time it makes other rows.
  ASSERT_TRUE(ActOn(ViewsDirectory(path_), [](rocksdb::DB& db) {
    std::string position;
    ASSERT_TRUE(db.Get(rocksdb::ReadOptions(), "position", &position).ok());
    ASSERT_GT(position.back(), 1);
    --position.back();
    ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), "position", position).ok());
  }));
  EXPECT_THAT(VerifyStore(paths_, say), Fails(StatusCode::kDataLoss, "in the table users"));
  fs::remove_all(ViewsDirectory(path_));
  EXPECT_THAT(VerifyStore(paths_, say), IsOk());
  EXPECT_EQ(said, "views: the next start builds them, there are none");
}

TEST_F(StoreDamageTest, GetsALostCheckpointAgain) {
  EXPECT_THAT(WriteLostCheckpoint(paths_), HasCode(StatusCode::kAlreadyExists));
  const std::string checkpoint = Content(paths_.checkpoint);
  fs::remove(paths_.checkpoint);
  EXPECT_THAT(WriteLostCheckpoint(paths_), IsOk());
  EXPECT_EQ(Content(paths_.checkpoint), checkpoint);
  ExpectWhole();
}

TEST_F(StoreDamageTest, GetsNoCheckpointOfADamagedLog) {
  fs::remove(paths_.checkpoint);
  fs::remove(LogDirectory(path_) + "/CURRENT");
  EXPECT_FALSE(WriteLostCheckpoint(paths_).ok());
  EXPECT_FALSE(fs::exists(paths_.checkpoint));
}

TEST_F(StoreDamageTest, HasTheSameKeysForItsPurposesAlways) {
  const std::string links(Opened()->KeyFor("links").bytes());
  EXPECT_EQ(Opened()->KeyFor("links").bytes(), links);
  EXPECT_NE(Opened()->KeyFor("cursors").bytes(), links);
}

}  // namespace
}  // namespace roster::storage
