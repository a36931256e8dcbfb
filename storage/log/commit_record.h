// Commit records as bytes, for every log: the stamps they get, and the checks when they are read.

#ifndef ROSTER_STORAGE_LOG_COMMIT_RECORD_H_
#define ROSTER_STORAGE_LOG_COMMIT_RECORD_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/log/log.h"

namespace roster::storage {

inline constexpr size_t kLogIdBytes = 16;

// A random id for a new log.
std::string NewLogId();

// Records ready to be stored, and the tail of the log once it has them.
struct StampedRecords {
  std::vector<std::string> records;
  LogTail tail;
};

// Stamps each commit with log id, shard, epoch, position and the hash of the record before it, and
// encodes it. INVALID_ARGUMENT: a record is over kMaxCommitBytes, has personal data that is not
// sealed, or could not be read back (text that is not UTF-8).
absl::StatusOr<StampedRecords> StampRecords(std::string_view log_id, const LogTail& tail,
                                            std::vector<event::v1::Commit>& commits);

// ABORTED unless the log ends at `expected`.
absl::Status CheckExpected(domain::Position expected, const LogTail& tail);

// The SHA-256 of a record, to which the next one is chained.
std::string HashOf(std::string_view record);

// Decodes neighbouring records and checks that each is the one that belongs there.
// Thread-compatible.
class RecordChain {
 public:
  // `first` is the position of the first record, at least 1.
  RecordChain(std::string_view log_id, domain::Position first) : log_id_(log_id) {
    tail_.head = first - 1;
    if (first > 1) tail_.hash.clear();
  }

  // The commit of the next record.
  // DATA_LOSS: it can't be parsed, belongs to another log or position, or is not chained to the
  // record before it; the message names the position. The chain of the first record is checked only
  // at position 1.
  absl::StatusOr<event::v1::Commit> Next(std::string_view record);

  // The position of the next record.
  domain::Position next() const { return tail_.head + 1; }
  // Of the last record taken; its hash is empty before the first, unless that is at position 1.
  const LogTail& tail() const { return tail_; }

 private:
  std::string log_id_;
  LogTail tail_;
};

// As RecordChain, and keeps the commits, as Log::Read returns them. Thread-compatible.
class RecordReader {
 public:
  RecordReader(std::string_view log_id, domain::Position first) : chain_(log_id, first) {}

  // Takes the next record. Errors as RecordChain::Next.
  absl::Status Add(std::string_view record);

  // The position of the record that Add expects.
  domain::Position next() const { return chain_.next(); }
  // Bytes of the records taken.
  size_t bytes() const { return bytes_; }

  std::vector<event::v1::Commit> Take() && { return std::move(commits_); }

 private:
  RecordChain chain_;
  size_t bytes_ = 0;
  std::vector<event::v1::Commit> commits_;
};

// The error of a damaged record: DATA_LOSS, with its position.
absl::Status DamagedRecord(domain::Position position, std::string_view what);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_COMMIT_RECORD_H_
