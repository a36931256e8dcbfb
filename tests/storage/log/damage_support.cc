#include "tests/storage/log/damage_support.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/log/rocksdb_log.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {

using event::v1::Commit;

std::vector<std::string> ReadAll(const Log& log) {
  const absl::StatusOr<std::vector<Commit>> commits = log.Read(1, 10'000);
  std::vector<std::string> records;
  if (!commits.ok()) return {commits.status().ToString()};
  for (const Commit& commit : *commits) records.push_back(commit.SerializeAsString());
  return records;
}

namespace {

// Appends records that need several blocks of a table, however well it compresses.
void AppendBytes(Log& log, int count) {
  std::mt19937_64 random(log.head());
  for (int i = 0; i < count; ++i) {
    std::vector<Commit> commits = {UserCommit("a1", absl::StrCat("u", log.head()))};
    for (int word = 0; word < 200; ++word) {
      commits[0].mutable_request_hash()->push_back(static_cast<char>(random()));
    }
    EXPECT_THAT(log.Append(log.head(), commits), IsOk());
  }
}

}  // namespace

Sample WriteSample(const DiskImage& disk, int sessions, int appends) {
  PowerLossEnv env(disk);
  Sample sample;
  for (int session = 0; session < sessions; ++session) {
    const RocksDbLogOptions options{.env = env.env.get()};
    absl::StatusOr<std::unique_ptr<Log>> log = OpenRocksDbLog(kLog, options);
    if (absl::IsNotFound(log.status())) log = CreateRocksDbLog(kLog, options);
    EXPECT_THAT(log, IsOk());
    AppendBytes(**log, appends);
    sample.checkpoint.checkpoint = CheckpointOf(**log);
    sample.records = ReadAll(**log);
  }
  sample.disk = env.files->image();
  return sample;
}

Sample MakeSample(Shape shape) {
  const DiskImage empty = {.files = {}, .directories = {"/"}};
  switch (shape) {
    case Shape::kWal:
      return WriteSample(empty, 1, 60);
    case Shape::kTables:
      return WriteSample(WriteSample(empty, 3, 60).disk, 1, 0);
    case Shape::kBoth:
      return WriteSample(empty, 4, 40);
  }
  return {};
}

std::vector<std::string> Files(const DiskImage& disk, std::string_view part) {
  std::vector<std::string> paths;
  for (const auto& [path, content] : disk.files) {
    if (absl::StrContains(path, std::string(part))) paths.push_back(path);
  }
  return paths;
}

std::string& Newest(DiskImage& disk, std::string_view part) {
  const std::vector<std::string> paths = Files(disk, part);
  if (paths.empty()) abort();
  return disk.files.at(paths.back());
}

std::ostream& operator<<(std::ostream& out, Outcome outcome) {
  return out << (outcome == Outcome::kSame      ? "same"
                 : outcome == Outcome::kRefused ? "refused"
                                                : "LOST");
}

Outcome OutcomeOf(const Sample& sample, const DiskImage& damaged) {
  PowerLossEnv env(damaged);
  const RocksDbLogOptions options{.env = env.env.get()};
  const absl::Status checked = CheckRocksDbLog(kLog, &sample.checkpoint, options);
  EXPECT_EQ(env.files->operation_count(), 0u) << "the check has changed the disk";
  if (!checked.ok()) {
    const std::string message(checked.message());
    EXPECT_TRUE(absl::IsDataLoss(checked) || absl::IsFailedPrecondition(checked)) << checked;
    EXPECT_TRUE(absl::StrContains(message, kLog)) << message;
    EXPECT_TRUE(absl::StrContains(message, "Nothing was changed.")) << message;
    return Outcome::kRefused;
  }
  const absl::StatusOr<std::unique_ptr<Log>> log = OpenRocksDbLog(kLog, options);
  if (!log.ok()) {
    ADD_FAILURE() << "not found by the check: " << log.status();
    return Outcome::kLost;
  }
  return ReadAll(**log) == sample.records ? Outcome::kSame : Outcome::kLost;
}

}  // namespace roster::storage
