// The check of a log before it is opened: what it says, and that it changes nothing.

#include "storage/log/log_check.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/base/file.h"
#include "tests/storage/disk/power_loss.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
using event::v1::Commit;
namespace fs = std::filesystem;

std::string Key(char position) { return std::string("c\0\0\0\0\0\0\0", 8) + position; }

// Changes a closed log behind its back.
void Tamper(const std::string& path, rocksdb::Env* env,
            const std::function<void(rocksdb::DB&)>& change) {
  rocksdb::Options options;
  options.env = env;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, path, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  change(*db);
}

// Names and bytes in a directory of the system's file system.
DiskImage Contents(const std::string& directory) {
  DiskImage image;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
    image.files[entry.path()] = *ReadFile(entry.path());
  }
  return image;
}

class LogCheckTest : public testing::Test {
 protected:
  // A log with five records.
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<Log>> log = CreateRocksDbLog(path_);
    ASSERT_THAT(log, IsOk());
    AppendUsers(**log, 4);
    checkpoint_ = {directory_ / "data.checkpoint", CheckpointOf(**log)};
  }

  void Append(int users) {
    absl::StatusOr<std::unique_ptr<Log>> log = OpenRocksDbLog(path_);
    ASSERT_THAT(log, IsOk());
    AppendUsers(**log, users);
  }

  // What the check says, and that it leaves the directory as it was.
  absl::Status Check(const NamedCheckpoint* checkpoint) {
    const DiskImage before = Contents(path_);
    absl::Status checked = CheckRocksDbLog(path_, checkpoint);
    EXPECT_TRUE(Contents(path_) == before);
    const absl::Status verified = VerifyRocksDbLog(path_, checkpoint);
    EXPECT_TRUE(Contents(path_) == before);
    EXPECT_EQ(checked, verified);
    return checked;
  }
  absl::Status Check() { return Check(&checkpoint_); }

  void SetFact(const char* key, const char* value) {
    Tamper(path_, rocksdb::Env::Default(),
           [&](rocksdb::DB& db) { ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), key, value).ok()); });
  }

  TempDirectory directory_;
  const std::string path_ = directory_ / "log";
  NamedCheckpoint checkpoint_;
};

TEST_F(LogCheckTest, PassesALogThatIsWhole) {
  EXPECT_THAT(Check(), IsOk());
  EXPECT_THAT(Check(nullptr), IsOk());
  Append(3);  // and what there was is in a table now
  EXPECT_THAT(Check(), IsOk());
  Append(0);
  EXPECT_THAT(Check(), IsOk());
  checkpoint_.checkpoint.position = 0;
  checkpoint_.checkpoint.hash = LogTail().hash;
  EXPECT_THAT(Check(), IsOk());
}

TEST_F(LogCheckTest, PassesAnEmptyLog) {
  const std::string empty = directory_ / "empty";
  Checkpoint checkpoint;
  {
    const absl::StatusOr<std::unique_ptr<Log>> log = CreateRocksDbLog(empty);
    checkpoint = CheckpointOf(**log);
  }
  const NamedCheckpoint named{"c", checkpoint};
  EXPECT_THAT(CheckRocksDbLog(empty, &named), IsOk());
  EXPECT_THAT(VerifyRocksDbLog(empty, &named), IsOk());
}

TEST_F(LogCheckTest, RefusesALogThatEndsBeforeItsCheckpoint) {
  checkpoint_.checkpoint.position = 7;
  EXPECT_EQ(Check(),
            absl::DataLossError("the log in " + path_ + " ends at position 5, but its checkpoint " +
                                checkpoint_.path +
                                " says 7: records are missing. Nothing was changed. "
                                "Restore the log from a backup or from the disk it was "
                                "on"));
}

TEST_F(LogCheckTest, RefusesALogThatWentAnotherWay) {
  Append(1);
  checkpoint_.checkpoint.hash[0] ^= 1;
  EXPECT_THAT(Check(), Fails(StatusCode::kDataLoss, "has another record 5 than its checkpoint"));
  checkpoint_.checkpoint.position = 0;
  EXPECT_THAT(Check(), Fails(StatusCode::kDataLoss, "has another record 0 than its checkpoint"));
}

TEST_F(LogCheckTest, RefusesAnotherLog) {
  checkpoint_.checkpoint.log_id[0] ^= 1;
  EXPECT_THAT(Check(), Fails(StatusCode::kFailedPrecondition, "is not the one of its checkpoint"));
}

TEST_F(LogCheckTest, RefusesAnotherFormat) {
  SetFact("mformat_version", "1");
  EXPECT_THAT(Check(), Fails(StatusCode::kFailedPrecondition, "version before 0.2"));
  SetFact("mformat_version", "3");
  EXPECT_THAT(Check(), Fails(StatusCode::kFailedPrecondition, "run the newer version"));
  SetFact("mformat_version", "x");
  EXPECT_THAT(Check(), Fails(StatusCode::kDataLoss, "format version"));
}

TEST_F(LogCheckTest, RefusesALastRecordThatIsDamaged) {
  Tamper(path_, rocksdb::Env::Default(), [&](rocksdb::DB& db) {
    ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), Key(5), "\xff\xff").ok());
  });
  EXPECT_THAT(Check(nullptr), Fails(StatusCode::kDataLoss, "record 5 can't be parsed"));
}

TEST_F(LogCheckTest, TellsALogThatIsGoneFromOneThatNeverWas) {
  fs::remove_all(path_);
  EXPECT_THAT(CheckRocksDbLog(path_, nullptr), Fails(StatusCode::kNotFound, "rosterd init"));
  EXPECT_THAT(CheckRocksDbLog(path_, &checkpoint_), Fails(StatusCode::kDataLoss, "is missing"));
  EXPECT_FALSE(fs::exists(path_));
  fs::create_directory(path_);
  EXPECT_THAT(Check(nullptr), Fails(StatusCode::kNotFound, "rosterd init"));
  EXPECT_THAT(Check(), Fails(StatusCode::kDataLoss, "says position 5"));
}

// An open for writing would remove them.
TEST_F(LogCheckTest, LeavesTheTablesOfAManifestThatIsCutShort) {
  Append(0);
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    if (entry.path().filename().string().rfind("MANIFEST", 0) == 0) {
      fs::resize_file(entry.path(), entry.file_size() / 2);
    }
  }
  EXPECT_THAT(Check(), HasCode(StatusCode::kDataLoss));
}

TEST_F(LogCheckTest, NamesTheTableThatIsDamaged) {
  Append(0);
  std::string table;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    if (entry.path().extension() == ".sst") table = entry.path();
  }
  std::string content = *ReadFile(table);
  content[100] ^= 1;
  ASSERT_THAT(ReplaceFile(table, content), IsOk());
  EXPECT_THAT(Check(), Fails(StatusCode::kDataLoss, fs::path(table).filename().string()));
}

// The whole chain, over the borders of what is read at once.
class LogVerifyTest : public testing::Test {
 protected:
  static constexpr char kLog[] = "/log";

  // 40 records of which 17 are read at once.
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<Log>> log = CreateRocksDbLog(kLog, options_);
    ASSERT_THAT(log, IsOk());
    for (int i = 0; i < 40; ++i) {
      std::vector<Commit> commits = {UserCommit("a1", "u")};
      commits[0].set_cause(std::string(kMaxCommitBytes - 1000, 'x'));
      ASSERT_THAT((*log)->Append(i, commits), IsOk());
    }
    checkpoint_ = {"c", CheckpointOf(**log)};
  }

  PowerLossEnv disk_{DiskImage{.files = {}, .directories = {"/"}}};
  const RocksDbLogOptions options_{.env = disk_.env.get()};
  NamedCheckpoint checkpoint_;
};

TEST_F(LogVerifyTest, PassesAChainThatIsWhole) {
  EXPECT_THAT(VerifyRocksDbLog(kLog, &checkpoint_, options_), IsOk());
}

TEST_F(LogVerifyTest, FindsARecordThatWasRewrittenWhereverItIs) {
  for (const char position : {1, 2, 16, 17, 18, 33, 34, 39}) {
    std::string record;
    Tamper(kLog, options_.env, [&](rocksdb::DB& db) {
      ASSERT_TRUE(db.Get(rocksdb::ReadOptions(), Key(position), &record).ok());
      Commit commit;
      ASSERT_TRUE(commit.ParseFromString(record));
      commit.mutable_cause()->front() = 'y';  // of the same size: the borders stay where they are
      ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), Key(position), commit.SerializeAsString()).ok());
    });
    EXPECT_THAT(VerifyRocksDbLog(kLog, &checkpoint_, options_),
                Fails(StatusCode::kDataLoss, "is not chained to the record before it"))
        << int{position};
    Tamper(kLog, options_.env, [&](rocksdb::DB& db) {
      ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), Key(position), record).ok());
    });
  }
  EXPECT_THAT(VerifyRocksDbLog(kLog, &checkpoint_, options_), IsOk());
}

}  // namespace
}  // namespace roster::storage
