// The log: the only source of truth. An append-only sequence of commit records with gapless
// positions.
//
// A port: every implementation passes one contract suite (tests/contract/log_contract.cc). Callers
// must not assume that this process is the only writer, so each Append names the head it expects.

#ifndef ROSTER_STORAGE_LOG_LOG_H_
#define ROSTER_STORAGE_LOG_LOG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/base/store_stats.h"
#include "storage/crypto/sha256.h"

namespace roster::storage {

using domain::Position;

// The end of a log: what the next record is chained to.
struct LogTail {
  Position head = 0;
  std::string hash = std::string(kSha256Bytes, '\0');  // SHA-256 of the last record's bytes
  // Of the last record. A commit with StoreRestored raises it by one.
  uint64_t epoch = 1;
};

// Thread-safe.
class Log {
 public:
  virtual ~Log() = default;

  // The identity of the log, 16 bytes.
  virtual const std::string& id() const = 0;

  // The position of the last durable commit; 0 when the log is empty.
  virtual Position head() const = 0;

  // The position and hash of the last durable commit, read together. Never waits for an Append.
  virtual LogTail tail() const = 0;

  // Appends the commits at expected + 1, expected + 2, …, all or nothing; they are durable when OK
  // is returned. Stamps each with log id, shard, epoch, position and the hash of the record before.
  // ABORTED: the head is not `expected`, because another process appended; nothing was written.
  // INVALID_ARGUMENT: a record is over kMaxCommitBytes, has personal data that is not sealed, or
  // text that is not UTF-8; nothing was written.
  // Any other error: the outcome is unknown and the log must not be used any more.
  virtual absl::Status Append(Position expected, std::vector<event::v1::Commit>& commits) = 0;

  // Commits from `from` (at least 1) on, in order, without gaps: at most `limit`, fewer at the end
  // of the log or once they have kMaxReadBytes, none past the end. To get all, call it until it
  // returns none. DATA_LOSS: a record is missing, damaged, or not the one that belongs there.
  virtual absl::StatusOr<std::vector<event::v1::Commit>> Read(Position from,
                                                              size_t limit) const = 0;

  // Waits until the head has reached `position`, at most for `timeout`. Returns whether it has.
  virtual bool Await(Position position, absl::Duration timeout) const = 0;

  // For metrics; all 0 in a log without files.
  virtual StoreStats stats() const { return {}; }
};

// The time of the commit at a position that the log has; infinite past at 0. Errors as Read.
absl::StatusOr<absl::Time> TimeAt(const Log& log, Position position);

// The most bytes that a commit record may have.
inline constexpr size_t kMaxCommitBytes = 512 * 1024;

// A read ends with the record that brings it to this many bytes, whatever its limit, because a
// record may be large.
inline constexpr size_t kMaxReadBytes = 8 << 20;

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_LOG_H_
