// Stores that are backed up while they run, and restored: nothing is missing, nothing comes back
// that was erased, and nothing that is not a whole backup is taken.

#include "storage/backup/restore.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "domain/rows/codec.h"
#include "storage/crypto/sha256.h"
#include "storage/store/erasure_list.h"
#include "tests/storage/store/store_support.h"
#include "tests/storage/vault/vault_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
using event::v1::Commit;
namespace fs = std::filesystem;

class RestoreTest : public StoreTest {
 protected:
  void SetUp() override { ASSERT_THAT(Init(), IsOk()); }

  BackupPaths NewPaths() {
    const std::string name = directory_ / absl::StrCat("backup", ++backups_);
    return {name + ".log", name + ".vault"};
  }
  // A backup of the store, which may be open.
  BackupPaths Backup() {
    const BackupPaths paths = NewPaths();
    EXPECT_THAT(TakeBackup(paths_, paths), IsOk());
    return paths;
  }

  absl::StatusOr<Restored> Restore(const BackupPaths& from) {
    StorePaths to = StorePaths::Beside(directory_ / "restored");
    to.key_encryption_key = paths_.key_encryption_key;
    restored_.paths = to;
    restore_.from = from;
    restore_.to = to;
    return RestoreStore(restore_);
  }
  // As Restore; the test fails when it fails.
  Restored MustRestore(const BackupPaths& from) {
    const absl::StatusOr<Restored> restored = Restore(from);
    EXPECT_THAT(restored, IsOk());
    EXPECT_THAT(VerifyStore(restored_.paths), IsOk());
    return restored.value_or(Restored());
  }
  std::unique_ptr<Store> OpenRestored() {
    auto store = OpenStore(restored_, std::ref(said_));
    EXPECT_THAT(store, IsOk());
    return store.ok() ? *std::move(store) : nullptr;
  }
  void RemoveRestored() {
    const StorePaths& paths = restored_.paths;
    for (const std::string& part :
         {paths.directory, paths.vault, paths.checkpoint, paths.erasure_list()}) {
      fs::remove_all(part);
    }
  }
  // No part of a restored store is there, nor a piece of one.
  void ExpectNothingRestored(const std::string& what) const {
    EXPECT_FALSE(fs::exists(restored_.paths.directory + "/log")) << what;
    for (const auto& [name, content] : Files()) {
      EXPECT_EQ(name.find("restored"), std::string::npos) << name << " after " << what;
    }
  }

  RestoreOptions restore_{.operator_token_hash = "hash of the new token", .now = absl::Now()};
  StoreOptions restored_{.cache_bytes = 16 << 20, .purge_after = {}};

 private:
  int backups_ = 0;
};

std::vector<Commit> CommitsOf(const Log& log) { return *log.Read(1, 1'000'000); }

// The records of a log up to a position, as they are stored.
std::vector<std::string> RecordsOf(const Log& log, Position head) {
  std::vector<std::string> records;
  for (const Commit& commit : CommitsOf(log)) {
    if (commit.position() <= head) records.push_back(commit.SerializeAsString());
  }
  return records;
}

TEST_F(RestoreTest, HasWhatTheStoreHadAtTheBackup) {
  RunningStore running(Opened());
  running.DoAll({Creates("ann"), Creates("bob")});
  running.Do(Updates("ann", UserCreated("anna").personal()));
  const BackupPaths backup = Backup();
  running.Do(Creates("cid"));
  restore_.now = absl::Now();
  const Restored restored = MustRestore(backup);
  EXPECT_EQ(restored.backup.position, 4u);
  EXPECT_EQ(restored.epoch, 2u);
  EXPECT_EQ(restored.known, 4u);

  RunningStore again(OpenRestored());
  EXPECT_EQ(RecordsOf(again->log(), 4), RecordsOf(running->log(), 4));
  EXPECT_EQ(PersonIn(*again, "ann").email(), "anna@example.com");
  EXPECT_EQ(PersonIn(*again, "bob").email(), "bob@example.com");
  EXPECT_EQ(PersonIn(*again, "cid").email(), "");
  // What follows is of the new epoch, under keys that the lost store never gave to anybody.
  const Commit first = CommitsOf(again->log()).back();
  EXPECT_EQ(first.position(), 5u);
  EXPECT_EQ(first.epoch(), 2u);
  EXPECT_EQ(domain::FromTimestamp(first.time()), restore_.now);
  EXPECT_EQ(first.events(0).store_restored().position(), 4u);
  EXPECT_EQ(first.events(0).store_restored().epoch_id().size(), 16u);
  EXPECT_FALSE(first.events(0).store_restored().credentials_kept());
  EXPECT_EQ(first.events(1).operator_token_issued().token_hash(), "hash of the new token");
  again.Do(Creates("dan"));
  const Commit second = CommitsOf(again->log()).back();
  EXPECT_EQ(second.epoch(), 2u);
  EXPECT_GT(second.events(0).sealed().key_id(), 1024u);
}

TEST_F(RestoreTest, OfAStoppedStoreAndOfARestoredOne) {
  for (uint64_t epoch = 2; epoch <= 3; ++epoch) {
    const BackupPaths backup = Backup();
    const Restored restored = MustRestore(backup);
    EXPECT_EQ(restored.epoch, epoch);
    EXPECT_EQ(restored.backup.position, epoch - 1);
    { EXPECT_EQ(OpenRestored()->log().tail().epoch, epoch); }
    EXPECT_EQ(ReadCheckpoint(restored_.paths.checkpoint)->epoch, epoch);
    // The next round backs up the restored store in the place of the first.
    const std::string kek = Content(paths_.key_encryption_key);
    fs::remove_all(paths_.directory);
    fs::rename(restored_.paths.directory, paths_.directory);
    fs::rename(restored_.paths.vault, paths_.vault);
    fs::rename(restored_.paths.checkpoint, paths_.checkpoint);
  }
}

TEST_F(RestoreTest, TellsTwoRestoresOfOneBackupApart) {
  const BackupPaths backup = Backup();
  restore_.operator_token_hash.clear();
  std::set<std::string> epochs;
  for (int i = 0; i < 2; ++i) {
    MustRestore(backup);
    const Commit last = CommitsOf(OpenRestored()->log()).back();
    EXPECT_TRUE(last.events(0).store_restored().credentials_kept());
    EXPECT_EQ(last.events_size(), 1) << "no new token";
    epochs.insert(last.events(0).store_restored().epoch_id());
    RemoveRestored();
  }
  EXPECT_EQ(epochs.size(), 2u);
}

// The time of commits never runs backwards, whatever the clock of the restore says.
TEST_F(RestoreTest, IsNotEarlierThanTheBackup) {
  {
    RunningStore running(Opened());
    running.Do(Creates("ann"));
  }
  restore_.now = absl::UnixEpoch();
  MustRestore(Backup());
  const std::vector<Commit> commits = CommitsOf(OpenRestored()->log());
  EXPECT_EQ(commits[2].time().SerializeAsString(), commits[1].time().SerializeAsString());
}

TEST_F(RestoreTest, LeavesOutWhoWasErasedBefore) {
  {
    RunningStore running(Opened());
    running.DoAll({Creates("ann"), Creates("bob")});
    const std::string keys = Content(paths_.vault);
    running.Do(Erases("ann"));
    const BackupPaths backup = Backup();
    const std::string copy = Content(backup.vault);
    EXPECT_EQ(copy.find(keys.substr(1 * kSlot, kSlot)), std::string::npos) << "the key of ann";
    EXPECT_NE(copy.find(keys.substr(2 * kSlot, kSlot)), std::string::npos) << "the key of bob";
    EXPECT_EQ(copy.find(keys.substr(3 * kSlot, kSlot)), std::string::npos) << "of nobody yet";
    EXPECT_EQ(MustRestore(backup).erased, 0u);
  }
  std::unique_ptr<Store> store = OpenRestored();
  EXPECT_EQ(said_.text().find("erasures"), std::string::npos) << "nothing is left to be done";
  EXPECT_EQ(PersonIn(*store, "ann").ShortDebugString(), "");
  EXPECT_EQ(PersonIn(*store, "bob").email(), "bob@example.com");
  EXPECT_EQ(store->vault().destroyed_at_open().front(), 1u);
  EXPECT_EQ(Content(restored_.paths.erasure_list()).find("erased 4 1 a1 ann "), 0u);
}

// Erased after the backup was taken, and after its vault was: the list of the lost store names
// them.
TEST_F(RestoreTest, ErasesAgainWhoWasErasedAfter) {
  BackupPaths backup;
  {
    RunningStore running(Opened());
    running.DoAll({Creates("ann"), Creates("bob")});
    backup = Backup();
    running.Do(Creates("cid"));
    running.Do(Erases("ann"));
    running.Do(Erases("cid"));  // not in the backup
    AwaitPurged(*running);
  }
  restore_.lost_checkpoint = paths_.checkpoint;
  const Restored restored = MustRestore(backup);
  EXPECT_EQ(restored.erased, 1u);
  EXPECT_EQ(restored.known, 6u);
  {
    RunningStore again(OpenRestored());
    EXPECT_EQ(PersonIn(*again, "ann").ShortDebugString(), "");
    EXPECT_EQ(PersonIn(*again, "bob").email(), "bob@example.com");
    const Commit last = CommitsOf(again->log()).back();
    EXPECT_EQ(last.account_id(), kStoreAccount);
    EXPECT_EQ(last.events(0).user_erased().user_id(), "ann");
    EXPECT_EQ(again->log().head(), 5u);
    // The list goes on, though the lost store counted further.
    EXPECT_EQ(again.Do(Erases("bob")).position, 6u);
    AwaitPurged(*again);
    EXPECT_EQ(PersonIn(*again, "bob").ShortDebugString(), "");
  }
  std::unique_ptr<Store> store = OpenRestored();
  const auto list = ErasureList::Open(restored_.paths.erasure_list());
  EXPECT_EQ((*list)->content().users.size(), 3u);
  EXPECT_EQ((*list)->forgotten(), 6u);
  store.reset();
  fs::remove_all(paths_.directory);  // of the lost store, in which bob is not erased
  EXPECT_EQ(FilesWith("ann@example.com"), 0);
  EXPECT_EQ(FilesWith("bob@example.com"), 0);
}

// The same, with the list alone; it has to be there when it is named.
TEST_F(RestoreTest, TakesAnErasureListByItself) {
  BackupPaths backup;
  {
    RunningStore running(Opened());
    running.Do(Creates("ann"));
    backup = Backup();
    running.Do(Erases("ann"));
  }
  restore_.erasure_list = directory_ / "none";
  EXPECT_THAT(Restore(backup), HasCode(StatusCode::kNotFound));
  restore_.erasure_list = paths_.erasure_list();
  EXPECT_EQ(MustRestore(backup).erased, 1u);
  RemoveRestored();
  Overwrite(paths_.erasure_list(), "erased 3 1 a1 ann 00000000\n");
  EXPECT_THAT(Restore(backup), Fails(StatusCode::kDataLoss, paths_.erasure_list()));
}

// The key of the user is gone before the list names them: the backup waits for the line.
TEST_F(RestoreTest, BacksUpNoUserOfAnErasureThatWasCutOff) {
  RunningStore running(Opened());
  running.Do(Creates("ann"));
  std::string vault = Content(paths_.vault);
  Overwrite(paths_.vault, vault.replace(kSlot, kSlot, kSlot, '\0'));
  const BackupPaths paths = NewPaths();
  EXPECT_THAT(TakeBackup(paths_, paths),
              Fails(StatusCode::kFailedPrecondition, "start the server"));
  EXPECT_FALSE(fs::exists(paths.log));
  EXPECT_FALSE(fs::exists(paths.vault));
  // A key of the same number, which another user had in a store that was lost.
  const auto list = ErasureList::Open(paths_.erasure_list());
  ASSERT_THAT((*list)->Add({{"a1", "zoe", 1, 3}}), IsOk());
  EXPECT_THAT(TakeBackup(paths_, paths), Fails(StatusCode::kDataLoss, "key 1 is gone"));
  ASSERT_THAT((*list)->Add({{"a1", "ann", 1, 3}}), IsOk());
  EXPECT_EQ(MustRestore(Backup()).erased, 1u) << "named by the list in the backup";
}

TEST_F(RestoreTest, IsRefusedOverAnythingElse) {
  const BackupPaths backup = Backup();
  restore_.from = backup;
  restore_.to = paths_;
  EXPECT_THAT(RestoreStore(restore_), HasCode(StatusCode::kAlreadyExists));
  MustRestore(backup);
  EXPECT_THAT(Restore(backup), HasCode(StatusCode::kAlreadyExists));
  fs::remove_all(restored_.paths.directory);
  EXPECT_THAT(Restore(backup), Fails(StatusCode::kAlreadyExists, restored_.paths.vault));
  fs::remove(restored_.paths.vault);
  EXPECT_THAT(Restore(backup), Fails(StatusCode::kAlreadyExists, restored_.paths.checkpoint));
  EXPECT_THAT(TakeBackup(paths_, backup), Fails(StatusCode::kAlreadyExists, backup.log));
  EXPECT_FALSE(TakeBackup(paths_, {directory_ / "same", directory_ / "same"}).ok());
}

TEST_F(RestoreTest, IsRefusedUnderAnotherKey) {
  const BackupPaths backup = Backup();
  const std::string key = Content(paths_.key_encryption_key);
  Overwrite(paths_.key_encryption_key, std::string(64, 'b'));
  EXPECT_THAT(Restore(backup), Fails(StatusCode::kFailedPrecondition, "key-encryption key"));
  ExpectNothingRestored("another key");
  fs::remove(paths_.key_encryption_key);
  EXPECT_THAT(Restore(backup), HasCode(StatusCode::kNotFound));
  EXPECT_FALSE(fs::exists(paths_.key_encryption_key)) << "none is made";
  Overwrite(paths_.key_encryption_key, key);
  fs::permissions(paths_.key_encryption_key, fs::perms(0600));
  MustRestore(backup);
}

TEST_F(RestoreTest, IsRefusedFromTwoBackups) {
  RunningStore running(Opened());
  running.Do(Creates("ann"));
  const BackupPaths first = Backup();
  const BackupPaths same_position = Backup();
  running.Do(Creates("bob"));
  const BackupPaths later = Backup();
  for (const BackupPaths& other : {same_position, later}) {
    for (const BackupPaths& mixed :
         {BackupPaths{first.log, other.vault}, BackupPaths{other.log, first.vault}}) {
      EXPECT_THAT(Restore(mixed), Fails(StatusCode::kFailedPrecondition, "not taken together"));
    }
  }
  EXPECT_THAT(Restore({first.vault, first.log}),
              Fails(StatusCode::kFailedPrecondition, "part log"));
  EXPECT_THAT(Restore({first.log, paths_.vault}), HasCode(StatusCode::kDataLoss));
  EXPECT_THAT(Restore({first.log, first.vault + "x"}), HasCode(StatusCode::kNotFound));
  ExpectNothingRestored("mixed backups");
  MustRestore(first);
}

// Any byte that is missing, added or changed is found before anything is written.
TEST_F(RestoreTest, IsRefusedFromADamagedFile) {
  {
    RunningStore running(Opened());
    running.DoAll({Creates("ann"), Creates("bob")});
    running.Do(Erases("ann"));
  }
  const BackupPaths backup = Backup();
  for (const std::string& path : {backup.log, backup.vault}) {
    const std::string whole = Content(path);
    for (size_t at = 0; at < whole.size(); at += at < 350 || at + 40 > whole.size() ? 1 : 499) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
      Overwrite(path, damaged);
      ASSERT_THAT(Restore(backup), Fails(StatusCode::kDataLoss, path)) << "byte " << at;
      Overwrite(path, whole.substr(0, at));
      ASSERT_THAT(Restore(backup), Fails(StatusCode::kDataLoss, path)) << "cut at " << at;
    }
    Overwrite(path, whole + '\0');
    EXPECT_THAT(Restore(backup), Fails(StatusCode::kDataLoss, path));
    Overwrite(path, whole);
  }
  ExpectNothingRestored("damaged files");
  MustRestore(backup);
}

// What a newer version wrote says so, in whatever form the rest is.
TEST_F(RestoreTest, IsRefusedFromANewerVersion) {
  const BackupPaths backup = Backup();
  const std::string text = "roster backup 2\nsomething new\n";
  Overwrite(backup.log, text + Sha256(text));
  EXPECT_THAT(Restore(backup), Fails(StatusCode::kFailedPrecondition, "newer version"));
}

// Killed before any of its steps: no start takes it for a store, and the next restore goes through.
TEST_F(RestoreTest, IsRestoredAfterACrashAtAnyStep) {
  {
    RunningStore running(Opened());
    running.DoAll({Creates("ann"), Creates("bob")});
    running.Do(Erases("ann"));
  }
  const BackupPaths backup = Backup();
  for (int steps = 0; steps < 6; ++steps) {
    MustRestore(backup);
    const StorePaths& paths = restored_.paths;
    fs::rename(paths.directory + "/log", paths.directory + "/log.new");
    if (steps < 5) fs::remove(paths.erasure_list());
    if (steps < 4) fs::remove(paths.checkpoint);
    if (steps < 3) fs::rename(paths.vault, paths.vault + ".new");
    if (steps < 2) fs::remove(paths.directory + "/log.new/CURRENT");
    if (steps < 1) fs::remove_all(paths.directory + "/log.new");
    EXPECT_FALSE(OpenStore(restored_, std::ref(said_)).ok()) << steps;
    EXPECT_FALSE(VerifyStore(restored_.paths).ok()) << steps;
    MustRestore(backup);
    EXPECT_EQ(PersonIn(*OpenRestored(), "bob").email(), "bob@example.com") << steps;
    RemoveRestored();
  }
}

}  // namespace
}  // namespace roster::storage
