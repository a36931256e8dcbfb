// Logs to damage, and what becomes of them.

#ifndef ROSTER_TESTS_STORAGE_LOG_DAMAGE_SUPPORT_H_
#define ROSTER_TESTS_STORAGE_LOG_DAMAGE_SUPPORT_H_

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "storage/log/log.h"
#include "storage/log/log_check.h"
#include "tests/storage/disk/power_loss.h"

namespace roster::storage {

inline constexpr char kLog[] = "/log";
inline constexpr char kCheckpoint[] = "/data.checkpoint";

// Where the records are.
enum class Shape { kWal, kTables, kBoth };

// A log on its disk, and what is known about it.
struct Sample {
  DiskImage disk;
  NamedCheckpoint checkpoint{kCheckpoint, {}};
  std::vector<std::string> records;
};

// The bytes of all records; instead of them, why they can't be read.
std::vector<std::string> ReadAll(const Log& log);

// Opens the log of a disk `sessions` times and appends each time. What the sessions before the last
// appended is in tables then, and all of it when the last one appends nothing.
Sample WriteSample(const DiskImage& disk, int sessions, int appends);

Sample MakeSample(Shape shape);

// Files whose path has this in it, oldest first.
std::vector<std::string> Files(const DiskImage& disk, std::string_view part);
// The last of them, which must be there.
std::string& Newest(DiskImage& disk, std::string_view part);

enum class Outcome {
  kSame,
  kRefused,  // by the check, which changed nothing
  kLost,     // opened with less or other records, or refused too late
};
std::ostream& operator<<(std::ostream& out, Outcome outcome);

// What becomes of the sample with this disk: it is checked, opened and read.
Outcome OutcomeOf(const Sample& sample, const DiskImage& damaged);

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_LOG_DAMAGE_SUPPORT_H_
