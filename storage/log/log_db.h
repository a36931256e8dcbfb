// The RocksDB directory of the log: its keys, how it is opened, and how its records are read.
//
// For the log itself and for the check before it is opened for writing. FORMAT.md has the format
// byte by byte.

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
// The number of keys in an undamaged log that are not records.
inline constexpr uint64_t kLogFacts = 2;

// The key of the record at a position; keys are in the order of positions.
std::string RecordKey(Position position);

// The options for opening the directory. `env` null: the default one; it outlives the database.
rocksdb::Options LogDbOptions(rocksdb::Env* env);

// Whether there is no directory, or an empty one. False also if it can't be read. `env` null: the
// default one.
bool IsLogMissing(const std::string& directory, rocksdb::Env* env);

// The error of a missing log: NOT_FOUND, with what to do.
absl::Status NoLog(const std::string& directory);

// The identity of the log in a directory.
struct LogIdentity {
  std::string id;
  LogTail tail;
};

// FAILED_PRECONDITION: of another format. DATA_LOSS: the identity or the last record is missing or
// damaged. Other errors are those of the file system.
absl::StatusOr<LogIdentity> ReadLogIdentity(rocksdb::DB& db);

// As Log::Read, for a log with this head.
absl::StatusOr<std::vector<event::v1::Commit>> ReadRecords(rocksdb::DB& db,
                                                           const std::string& log_id, Position head,
                                                           Position from, size_t limit);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_LOG_DB_H_
