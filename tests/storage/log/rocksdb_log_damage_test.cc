// What becomes of a damaged log: it is the same as before, or it is refused by name and nothing in
// its directory has changed. Never silently less.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "storage/log/log_check.h"
#include "storage/log/rocksdb_log.h"
#include "tests/storage/disk/power_loss.h"
#include "tests/storage/log/damage_support.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

void FlipBit(std::string& content, size_t byte) { content.at(byte) ^= 0x10; }

struct Row {
  std::string name;
  Shape shape;
  Outcome outcome;
  std::function<void(DiskImage&)> damage;
};

void Remove(DiskImage& disk, std::string_view part) { disk.files.erase(Files(disk, part).back()); }

void Halve(std::string& content) { content.resize(content.size() / 2); }

const Row kRows[] = {
    {"Nothing_Wal", Shape::kWal, Outcome::kSame, [](DiskImage&) {}},
    {"Nothing_Tables", Shape::kTables, Outcome::kSame, [](DiskImage&) {}},
    {"Nothing_Both", Shape::kBoth, Outcome::kSame, [](DiskImage&) {}},
    {"WalBit", Shape::kWal, Outcome::kRefused,
     [](DiskImage& disk) { FlipBit(Newest(disk, ".log"), Newest(disk, ".log").size() / 2); }},
    {"WalBitInLastRecord", Shape::kWal, Outcome::kRefused,
     [](DiskImage& disk) { FlipBit(Newest(disk, ".log"), Newest(disk, ".log").size() - 20); }},
    {"WalTorn", Shape::kWal, Outcome::kRefused,
     [](DiskImage& disk) { Newest(disk, ".log").resize(Newest(disk, ".log").size() - 50); }},
    {"WalEndZeroed", Shape::kWal, Outcome::kRefused,
     [](DiskImage& disk) {
       std::string& wal = Newest(disk, ".log");
       std::fill(wal.end() - 4096, wal.end(), '\0');
     }},
    {"WalHalf", Shape::kWal, Outcome::kRefused,
     [](DiskImage& disk) { Halve(Newest(disk, ".log")); }},
    {"WalHalf_Both", Shape::kBoth, Outcome::kRefused,
     [](DiskImage& disk) { Halve(Newest(disk, ".log")); }},
    {"WalEmpty", Shape::kWal, Outcome::kRefused,
     [](DiskImage& disk) { Newest(disk, ".log").clear(); }},
    {"WalGone", Shape::kWal, Outcome::kRefused, [](DiskImage& disk) { Remove(disk, ".log"); }},
    {"WalGone_Both", Shape::kBoth, Outcome::kRefused,
     [](DiskImage& disk) { Remove(disk, ".log"); }},
    {"ManifestHalf", Shape::kTables, Outcome::kRefused,
     [](DiskImage& disk) { Halve(Newest(disk, "MANIFEST")); }},
    {"ManifestHalf_Both", Shape::kBoth, Outcome::kRefused,
     [](DiskImage& disk) { Halve(Newest(disk, "MANIFEST")); }},
    {"ManifestEmpty", Shape::kTables, Outcome::kRefused,
     [](DiskImage& disk) { Newest(disk, "MANIFEST").clear(); }},
    {"ManifestGone", Shape::kTables, Outcome::kRefused,
     [](DiskImage& disk) { Remove(disk, "MANIFEST"); }},
    {"CurrentGone", Shape::kTables, Outcome::kRefused,
     [](DiskImage& disk) { Remove(disk, "CURRENT"); }},
    {"CurrentEmpty", Shape::kTables, Outcome::kRefused,
     [](DiskImage& disk) { Newest(disk, "CURRENT").clear(); }},
    {"CurrentOfNothing", Shape::kTables, Outcome::kRefused,
     [](DiskImage& disk) { Newest(disk, "CURRENT") = "MANIFEST-999999\n"; }},
    {"CurrentOfATable", Shape::kTables, Outcome::kRefused,
     [](DiskImage& disk) { Newest(disk, "CURRENT") = Files(disk, ".sst")[0].substr(5) + "\n"; }},
    {"OptionsGone", Shape::kBoth, Outcome::kSame, [](DiskImage& disk) { Remove(disk, "OPTIONS"); }},
    {"OptionsDamaged", Shape::kBoth, Outcome::kSame,
     [](DiskImage& disk) { Newest(disk, "OPTIONS") = "[x"; }},
    {"IdentityGone", Shape::kBoth, Outcome::kSame,
     [](DiskImage& disk) { Remove(disk, "IDENTITY"); }},
    {"TableGone", Shape::kTables, Outcome::kRefused, [](DiskImage& disk) { Remove(disk, ".sst"); }},
    {"TableEmpty", Shape::kTables, Outcome::kRefused,
     [](DiskImage& disk) { Newest(disk, ".sst").clear(); }},
    {"TableHalf", Shape::kTables, Outcome::kRefused,
     [](DiskImage& disk) { Halve(Newest(disk, ".sst")); }},
    {"TablesSwapped", Shape::kTables, Outcome::kRefused,
     [](DiskImage& disk) {
       const std::vector<std::string> tables = Files(disk, ".sst");
       ASSERT_GT(tables.size(), 1u);
       std::swap(disk.files.at(tables[0]), disk.files.at(tables[1]));
     }},
    {"TableAndWalSwapped", Shape::kBoth, Outcome::kRefused,
     [](DiskImage& disk) { std::swap(Newest(disk, ".sst"), Newest(disk, ".log")); }},
    {"ManifestAndWalSwapped", Shape::kWal, Outcome::kRefused,
     [](DiskImage& disk) { std::swap(Newest(disk, "MANIFEST"), Newest(disk, ".log")); }},
    {"DirectoryEmpty", Shape::kBoth, Outcome::kRefused,
     [](DiskImage& disk) { disk.files.clear(); }},
    {"DirectoryGone", Shape::kBoth, Outcome::kRefused,
     [](DiskImage& disk) {
       disk.files.clear();
       disk.directories.erase(kLog);
     }},
    {"AnotherLog", Shape::kBoth, Outcome::kRefused,
     [](DiskImage& disk) { disk = MakeSample(Shape::kBoth).disk; }},
};

class Damage : public testing::TestWithParam<Row> {};

TEST_P(Damage, IsFoundOrHarmless) {
  const Sample sample = MakeSample(GetParam().shape);
  DiskImage damaged = sample.disk;
  GetParam().damage(damaged);
  EXPECT_EQ(OutcomeOf(sample, damaged), GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(Table, Damage, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

// Damage of a file: what is left of it.
using Change = std::function<void(std::string& content, std::mt19937_64& random)>;

// Applies the change to random files whose name has `part` in it.
void Try(Shape shape, std::string_view part, int times, const Change& change) {
  const Sample sample = MakeSample(shape);
  int refused = 0;
  for (int i = 0; i < times; ++i) {
    std::mt19937_64 random(i);
    DiskImage damaged = sample.disk;
    const std::vector<std::string> paths = Files(damaged, part);
    const std::string& path = paths[random() % paths.size()];
    if (damaged.files.at(path).empty()) continue;
    change(damaged.files.at(path), random);
    const Outcome outcome = OutcomeOf(sample, damaged);
    EXPECT_NE(outcome, Outcome::kLost) << path << ", seed " << i;
    refused += outcome == Outcome::kRefused;
  }
  EXPECT_GT(refused, 0);
  testing::Test::RecordProperty("refused", refused);
}

void FlipAnyBit(std::string& content, std::mt19937_64& random) {
  content[random() % content.size()] ^= static_cast<char>(1 << random() % 8);
}

void CutAnywhere(std::string& content, std::mt19937_64& random) {
  content.resize(random() % content.size());
}

void ZeroASector(std::string& content, std::mt19937_64& random) {
  const size_t begin = random() % content.size() / 512 * 512;
  std::fill(content.begin() + begin, content.begin() + std::min(begin + 512, content.size()), '\0');
}

TEST(RandomDamage, BitsOfTables) { Try(Shape::kTables, ".sst", 60, FlipAnyBit); }
TEST(RandomDamage, BitsOfTheManifest) { Try(Shape::kBoth, "MANIFEST", 60, FlipAnyBit); }
TEST(RandomDamage, BitsOfTheWal) { Try(Shape::kBoth, ".log", 60, FlipAnyBit); }
// RocksDB takes a length that is wrong for the torn tail of a crash, and drops all after it in its
// block of 32 KiB. So what came after the checkpoint, which is at most a second old, can be lost;
// what it saw can't.
TEST(RandomDamage, BitsOfTheWalAfterAnOlderCheckpoint) {
  const Sample sample = MakeSample(Shape::kBoth);
  const Sample longer = WriteSample(sample.disk, 1, 40);
  int refused = 0;
  for (int i = 0; i < 60; ++i) {
    std::mt19937_64 random(i);
    DiskImage damaged = longer.disk;
    FlipAnyBit(Newest(damaged, ".log"), random);
    PowerLossEnv env(damaged);
    const RocksDbLogOptions options{.env = env.env.get()};
    if (!CheckRocksDbLog(kLog, &sample.checkpoint, options).ok()) {
      ++refused;
      continue;
    }
    const absl::StatusOr<std::unique_ptr<Log>> log = OpenRocksDbLog(kLog, options);
    ASSERT_THAT(log, IsOk());
    const std::vector<std::string> records = ReadAll(**log);
    ASSERT_GE(records.size(), sample.records.size());
    EXPECT_TRUE(std::equal(records.begin(), records.end(), longer.records.begin())) << i;
  }
  EXPECT_GT(refused, 50);  // all but flips of lengths
}

TEST(RandomDamage, ZeroedSectors) { Try(Shape::kBoth, "", 60, ZeroASector); }
TEST(RandomDamage, CutFiles) { Try(Shape::kBoth, "", 60, CutAnywhere); }

// A cut between two edits of the MANIFEST looks sound, and can take records from the middle.
TEST(EachByte, OfTheManifestAsItsEnd) {
  const Sample sample = MakeSample(Shape::kBoth);
  DiskImage whole = sample.disk;
  const size_t size = Newest(whole, "MANIFEST").size();
  for (size_t end = 0; end < size; ++end) {
    DiskImage damaged = sample.disk;
    Newest(damaged, "MANIFEST").resize(end);
    EXPECT_NE(OutcomeOf(sample, damaged), Outcome::kLost) << end;
  }
}

// A crash while the last three records were being written, none of them acknowledged.
TEST(EachByte, OfTheLastRecordsAsTheEndOfTheWal) {
  DiskImage disk = {.files = {}, .directories = {"/"}};
  std::vector<size_t> ends;
  Sample sample;
  {
    PowerLossEnv env(disk);
    absl::StatusOr<std::unique_ptr<Log>> log = CreateRocksDbLog(kLog, {.env = env.env.get()});
    ASSERT_THAT(log, IsOk());
    AppendUsers(**log, 4);
    sample.checkpoint.checkpoint = CheckpointOf(**log);
    for (int record = 0; record < 4; ++record) {
      disk = env.files->image();
      ends.push_back(Newest(disk, ".log").size());
      if (record < 3) AppendUsers(**log, 1);
    }
    sample.records = ReadAll(**log);
  }
  for (size_t end = ends[0]; end <= ends[3]; ++end) {
    DiskImage torn = disk;
    Newest(torn, ".log").resize(end);
    Sample expected = sample;
    const auto whole = std::upper_bound(ends.begin(), ends.end(), end) - ends.begin();
    expected.records.resize(sample.checkpoint.checkpoint.position + whole - 1);
    ASSERT_EQ(OutcomeOf(expected, torn), Outcome::kSame) << end;
  }
}

// An older copy, of everything or of one file.
TEST(StaleCopy, IsFound) {
  const Sample old = MakeSample(Shape::kBoth);
  for (const int appends : {0, 5}) {
    const Sample fresh = WriteSample(old.disk, 2, appends);
    const Outcome older = OutcomeOf(fresh, old.disk);
    EXPECT_EQ(older, appends > 0 ? Outcome::kRefused : Outcome::kSame);
    for (const auto& [path, content] : old.disk.files) {
      DiskImage damaged = fresh.disk;
      damaged.files[path] = content;
      EXPECT_NE(OutcomeOf(fresh, damaged), Outcome::kLost) << path;
    }
    for (const auto& [path, content] : fresh.disk.files) {
      DiskImage damaged = fresh.disk;
      damaged.files.erase(path);
      EXPECT_NE(OutcomeOf(fresh, damaged), Outcome::kLost) << path;
    }
  }
}

}  // namespace
}  // namespace roster::storage
