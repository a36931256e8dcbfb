// The RocksDB directory of the log: its keys, how it is opened, and how its records are read.
//
// Shared by the log itself and by the check that comes before it is opened for writing; storage/
// only. FORMAT.md has the format byte by byte.

#ifndef ROSTER_STORAGE_LOG_LOG_DB_H_
#define ROSTER_STORAGE_LOG_LOG_DB_H_

#include <rocksdb/db.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/log/log.h"

namespace roster::storage {

// 2: personal data is sealed.
inline constexpr uint32_t kLogFormatVersion = 2;

inline constexpr char kLogIdKey[] = "mlog_id";
inline constexpr char kLogFormatKey[] = "mformat_version";
// How many keys of an undamaged log are not records.
inline constexpr uint64_t kLogFacts = 2;

// The key of the record at a position; keys are in the order of positions.
std::string RecordKey(Position position);

// How the directory is opened. `env` null: the default one; it outlives the database.
rocksdb::Options LogDbOptions(rocksdb::Env* env);

// Whether there is no directory, or nothing in it. False also when that can't be told. `env` null:
// the default one.
bool IsLogMissing(const std::string& directory, rocksdb::Env* env);

// NOT_FOUND, with what to do.
absl::Status NoLog(const std::string& directory);

// What the directory says about itself.
struct LogIdentity {
  std::string id;
  LogTail tail;
};

// FAILED_PRECONDITION: of another format. DATA_LOSS: the identity or the last record is missing or
// damaged. Others: of the file system.
absl::StatusOr<LogIdentity> ReadLogIdentity(rocksdb::DB& db);

// As Log::Read, in a log with this head.
absl::StatusOr<std::vector<event::v1::Commit>> ReadRecords(rocksdb::DB& db,
                                                           const std::string& log_id, Position head,
                                                           Position from, size_t limit);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_LOG_DB_H_
