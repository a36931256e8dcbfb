// What the log on disk promises beyond the contract: what it makes of damage, crashes and other
// processes.

#include "storage/log/rocksdb_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/storage/disk/power_loss.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
using event::v1::Commit;
namespace fs = std::filesystem;

class RocksDbLogTest : public testing::Test {
 protected:
  // A log with a commit for an account and four for users, closed.
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<Log>> log = CreateRocksDbLog(path_);
    ASSERT_THAT(log, IsOk());
    id_ = (*log)->id();
    AppendUsers(**log, 4);
    tail_ = (*log)->tail();
  }

  // Changes the closed log behind its back.
  void Tamper(const std::function<void(rocksdb::DB&)>& change) {
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(rocksdb::Options(), path_, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    change(*db);
  }

  static std::string Key(char position) { return std::string("c\0\0\0\0\0\0\0", 8) + position; }

  std::string Record(char position) {
    std::string record;
    Tamper([&](rocksdb::DB& db) {
      EXPECT_TRUE(db.Get(rocksdb::ReadOptions(), Key(position), &record).ok());
    });
    return record;
  }

  void Overwrite(char position, const std::string& record) {
    Tamper([&](rocksdb::DB& db) {
      ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), Key(position), record).ok());
    });
  }

  // What reading the closed log from a position on gives.
  absl::StatusOr<std::vector<Commit>> Read(Position from) {
    absl::StatusOr<std::unique_ptr<Log>> log = OpenRocksDbLog(path_);
    if (!log.ok()) return log.status();
    return (*log)->Read(from, 100);
  }

  TempDirectory directory_;
  const std::string path_ = directory_ / "log";
  std::string id_;
  LogTail tail_;
};

TEST_F(RocksDbLogTest, IsTheSameWhenOpenedAgain) {
  {
    absl::StatusOr<std::unique_ptr<Log>> log = OpenRocksDbLog(path_);
    ASSERT_THAT(log, IsOk());
    EXPECT_EQ((*log)->id(), id_);
    EXPECT_EQ((*log)->head(), 5u);
    EXPECT_EQ((*log)->tail().head, 5u);
    EXPECT_EQ((*log)->tail().hash, tail_.hash);
    EXPECT_TRUE((*log)->Await(5, absl::ZeroDuration()));
    AppendUsers(**log, 2);
  }
  const absl::StatusOr<std::vector<Commit>> commits = Read(1);
  ASSERT_THAT(commits, IsOk());  // so the chain holds over the seam too
  EXPECT_EQ(commits->size(), 7u);
}

TEST_F(RocksDbLogTest, TellsItsTailWhileAnAppendIsBeingSynced) {
  PowerLossEnv disk({.files = {}, .directories = {"/"}});
  const absl::StatusOr<std::unique_ptr<Log>> log =
      CreateRocksDbLog("/log", {.env = disk.env.get()});
  ASSERT_THAT(log, IsOk());
  AppendUsers(**log, 1);
  std::promise<void> syncing;
  std::promise<void> told;
  disk.files->OnSync([&] {
    syncing.set_value();
    EXPECT_EQ(told.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  });
  std::thread appends([&] { AppendUsers(**log, 1); });
  syncing.get_future().wait();
  EXPECT_EQ((*log)->tail().head, 2u);
  told.set_value();
  appends.join();
  EXPECT_EQ((*log)->tail().head, 3u);
  disk.files->OnSync(nullptr);
}

TEST_F(RocksDbLogTest, IsNotCreatedOverAnother) {
  EXPECT_THAT(CreateRocksDbLog(path_), HasCode(StatusCode::kAlreadyExists));
  EXPECT_THAT(Read(1), IsOk());
}

TEST_F(RocksDbLogTest, GivesEachLogItsOwnId) {
  absl::StatusOr<std::unique_ptr<Log>> other = CreateRocksDbLog(directory_ / "other");
  ASSERT_THAT(other, IsOk());
  EXPECT_NE((*other)->id(), id_);
}

TEST_F(RocksDbLogTest, IsNotFoundWhereThereIsNone) {
  EXPECT_THAT(OpenRocksDbLog(directory_ / "none"), Fails(StatusCode::kNotFound, "rosterd init"));
  EXPECT_FALSE(fs::exists(directory_ / "none"));
  fs::create_directory(directory_ / "empty");
  EXPECT_THAT(OpenRocksDbLog(directory_ / "empty"), HasCode(StatusCode::kNotFound));
  EXPECT_TRUE(fs::is_empty(directory_ / "empty"));
}

TEST_F(RocksDbLogTest, IsRefusedWhileOpen) {
  const absl::StatusOr<std::unique_ptr<Log>> log = OpenRocksDbLog(path_);
  ASSERT_THAT(log, IsOk());
  EXPECT_THAT(OpenRocksDbLog(path_),
              Fails(StatusCode::kFailedPrecondition, "in use by another process"));
}

TEST_F(RocksDbLogTest, IsRefusedWhileAnotherProcessHasIt) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const std::string lock_file = path_ + "/LOCK";  // a forked child must not allocate
  const pid_t child = fork();
  if (child == 0) {
    const int file = open(lock_file.c_str(), O_RDWR);
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    const bool locked = fcntl(file, F_SETLK, &lock) == 0;
    (void)!write(ready[1], locked ? "y" : "n", 1);
    pause();
  }
  char locked = 'n';
  EXPECT_EQ(read(ready[0], &locked, 1), 1);
  EXPECT_EQ(locked, 'y');
  EXPECT_THAT(OpenRocksDbLog(path_),
              Fails(StatusCode::kFailedPrecondition, "in use by another process"));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_THAT(OpenRocksDbLog(path_), IsOk());
}

TEST_F(RocksDbLogTest, IsRefusedWhenANewerVersionWroteIt) {
  Tamper([](rocksdb::DB& db) {
    ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), "mformat_version", "3").ok());
  });
  EXPECT_THAT(OpenRocksDbLog(path_), Fails(StatusCode::kFailedPrecondition, "format 3"));
}

TEST_F(RocksDbLogTest, IsRefusedWhenItsPersonalDataIsNotSealed) {
  Tamper([](rocksdb::DB& db) {
    ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), "mformat_version", "1").ok());
  });
  EXPECT_THAT(OpenRocksDbLog(path_),
              Fails(StatusCode::kFailedPrecondition, "development version before 0.2"));
}

TEST_F(RocksDbLogTest, IsRefusedWithoutIdentity) {
  Tamper([](rocksdb::DB& db) { ASSERT_TRUE(db.Delete(rocksdb::WriteOptions(), "mlog_id").ok()); });
  EXPECT_THAT(OpenRocksDbLog(path_), Fails(StatusCode::kDataLoss, "log_id"));
}

TEST_F(RocksDbLogTest, FindsAMissingRecord) {
  Tamper([](rocksdb::DB& db) { ASSERT_TRUE(db.Delete(rocksdb::WriteOptions(), Key(3)).ok()); });
  EXPECT_THAT(Read(1), Fails(StatusCode::kDataLoss, "record 3 is missing"));
  EXPECT_THAT(Read(3), Fails(StatusCode::kDataLoss, "record 3 is missing"));
  EXPECT_THAT(Read(4), IsOk());
}

TEST_F(RocksDbLogTest, FindsAFlippedBitWhereverItIs) {
  const std::string record = Record(3);
  // Not at every byte: each takes two openings of the directory.
  for (size_t i = 0; i < record.size(); i += 9) {
    std::string flipped = record;
    flipped[i] ^= 0x04;
    Overwrite(3, flipped);
    // Either the record itself is wrong, or the next one is not chained to it.
    ASSERT_THAT(Read(1), HasCode(StatusCode::kDataLoss)) << "byte " << i;
  }
  Overwrite(3, record);
  EXPECT_THAT(Read(1), IsOk());
}

TEST_F(RocksDbLogTest, FindsARecordOfAnotherPlaceOrLog) {
  const std::string third = Record(3);
  Overwrite(3, Record(2));
  EXPECT_THAT(Read(1), Fails(StatusCode::kDataLoss, "record 3 says that it is record 2"));
  Commit foreign;
  ASSERT_TRUE(foreign.ParseFromString(third));
  foreign.set_log_id(std::string(16, 'x'));
  Overwrite(3, foreign.SerializeAsString());
  EXPECT_THAT(Read(1), Fails(StatusCode::kDataLoss, "record 3 belongs to another log"));
  foreign.ParseFromString(third);
  foreign.set_cause("rewritten");
  Overwrite(3, foreign.SerializeAsString());
  EXPECT_THAT(Read(1), Fails(StatusCode::kDataLoss, "record 4 is not chained"));
  Overwrite(3, third);
  foreign.ParseFromString(Record(1));
  foreign.set_previous_hash(std::string(32, 'x'));
  Overwrite(1, foreign.SerializeAsString());
  EXPECT_THAT(Read(1), Fails(StatusCode::kDataLoss, "record 1 is not chained"));
}

TEST_F(RocksDbLogTest, IsRefusedWhenItsLastRecordIsDamaged) {
  Overwrite(5, "\xff\xff");
  EXPECT_THAT(OpenRocksDbLog(path_), Fails(StatusCode::kDataLoss, "record 5"));
}

// The newest write-ahead log in the directory.
fs::path NewestWal(const fs::path& directory) {
  fs::path newest;
  for (const fs::directory_entry& file : fs::directory_iterator(directory)) {
    if (file.path().extension() == ".log" && file.path() > newest) newest = file.path();
  }
  return newest;
}

TEST_F(RocksDbLogTest, KeepsWhatWasAcknowledgedWhenTheTailIsTorn) {
  const fs::path copy = directory_ / "copy";
  absl::StatusOr<std::unique_ptr<Log>> log = OpenRocksDbLog(path_);
  ASSERT_THAT(log, IsOk());
  AppendUsers(**log, 3);
  const uintmax_t acknowledged = fs::file_size(NewestWal(path_));
  AppendUsers(**log, 1);
  const uintmax_t with_last = fs::file_size(NewestWal(path_));
  ASSERT_GT(acknowledged, 0u);
  ASSERT_GT(with_last, acknowledged);
  // A crash while the ninth record was being written, at any byte of it.
  for (uintmax_t size = acknowledged; size < with_last; size += 7) {
    fs::remove_all(copy);
    fs::copy(path_, copy, fs::copy_options::recursive);
    fs::resize_file(NewestWal(copy), size);
    absl::StatusOr<std::unique_ptr<Log>> torn = OpenRocksDbLog(copy);
    ASSERT_THAT(torn, IsOk()) << size;
    EXPECT_EQ((*torn)->head(), 8u) << size;
    AppendUsers(**torn, 1);
    EXPECT_THAT((*torn)->Read(1, 100), IsOk());
  }
}

// Lets a write fail and ends the process: with 0 when all is as it must be, else with the line.
// In a process of its own, because Debian's RocksDB is built with its assertions, and one fails
// when it is closed after this.
[[noreturn]] void FailAWrite(const std::string& path) {
  const auto expect = [](bool met, int line) {
    if (!met) std::_Exit(line % 256);
  };
  const absl::StatusOr<std::unique_ptr<Log>> opened = OpenRocksDbLog(path);
  expect(opened.ok(), __LINE__);
  Log& log = **opened;
  // No file may grow from here on, as on a full disk.
  struct rlimit limit = {};
  expect(getrlimit(RLIMIT_FSIZE, &limit) == 0, __LINE__);
  const struct rlimit none = {0, limit.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  expect(setrlimit(RLIMIT_FSIZE, &none) == 0, __LINE__);
  std::vector<Commit> commits = {UserCommit("a1", "late")};
  expect(log.Append(5, commits).code() == StatusCode::kInternal, __LINE__);
  expect(setrlimit(RLIMIT_FSIZE, &limit) == 0, __LINE__);
  // There is space again, but the end of the log is unknown.
  expect(log.Append(5, commits).code() == StatusCode::kInternal, __LINE__);
  expect(log.Append(6, commits).code() == StatusCode::kInternal, __LINE__);
  expect(log.head() == 5, __LINE__);
  absl::StatusOr<std::vector<Commit>> read = log.Read(1, 100);
  expect(read.ok() && read->size() == 5, __LINE__);
  // What the next process finds.
  fs::copy(path, path + ".next", fs::copy_options::recursive);
  const absl::StatusOr<std::unique_ptr<Log>> next = OpenRocksDbLog(path + ".next");
  expect(next.ok(), __LINE__);
  read = (*next)->Read(1, 100);
  expect(read.ok() && read->size() >= 5, __LINE__);
  std::_Exit(0);
}

TEST_F(RocksDbLogTest, IsOfNoUseAfterAFailedWrite) {
  EXPECT_EXIT(FailAWrite(path_), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace roster::storage
