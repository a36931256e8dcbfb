// The checkpoint: a small file outside the store that says how far the log had come.
//
// RocksDB opens a log whose newest files are missing or cut short, and reports nothing. The
// checkpoint proves the loss: a log that does not reach it has lost records (log_check.h). It names
// durable positions only. FORMAT.md has the file byte by byte.

#ifndef ROSTER_STORAGE_LOG_CHECKPOINT_H_
#define ROSTER_STORAGE_LOG_CHECKPOINT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/base/stop_signal.h"
#include "storage/log/log.h"

namespace rocksdb {
class Env;
}

namespace roster::storage {

struct Checkpoint {
  std::string log_id;  // 16 bytes
  uint64_t epoch = LogTail().epoch;
  Position position = 0;
  std::string hash;  // of the record at the position; that of LogTail() at position 0

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The path of a checkpoint and what it says.
struct NamedCheckpoint {
  std::string path;
  Checkpoint checkpoint;
};

// The checkpoint as the text of its file, and back. Nothing: the text is not a whole checkpoint.
std::string EncodeCheckpoint(const Checkpoint& checkpoint);
std::optional<Checkpoint> DecodeCheckpoint(const std::string& text);

// `env` null: the system's file system.
// NOT_FOUND: there is no checkpoint. DATA_LOSS: it is damaged. FAILED_PRECONDITION: a newer version
// wrote it. Messages name the path and what to do. Other errors as for ReadFile.
absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& path, rocksdb::Env* env = nullptr);

// Replaces the checkpoint before it, durably; see ReplaceFile.
absl::Status WriteCheckpoint(const std::string& path, const Checkpoint& checkpoint,
                             rocksdb::Env* env = nullptr);

// The checkpoint of a log that ends so, and of the log as it is now.
Checkpoint CheckpointAt(const std::string& log_id, const LogTail& tail);
Checkpoint CheckpointOf(const Log& log);

struct CheckpointerOptions {
  std::string path;                            // outside the directory of the store
  rocksdb::Env* env = nullptr;                 // null: the system's; outlives the checkpointer
  absl::Duration interval = absl::Seconds(1);  // between two checkpoints, and between two tries
  // A checkpoint could not be written; the next interval tries again. Called on the checkpointer's
  // thread or in its destructor. May be null.
  std::function<void(const absl::Status&)> on_error;
};

// Keeps the checkpoint of a log: writes one at once, then one an interval if the head has moved,
// and a last one in the destructor. Thread-safe. The log outlives it.
//
// No Follower (storage/pipeline/follower.h): that hands over each commit once it is published. The
// checkpointer needs no commit, only the newest tail, by the clock, and has it before any pipeline
// runs.
class Checkpointer {
 public:
  Checkpointer(const Log& log, CheckpointerOptions options);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

 private:
  void Run();
  // Writes the checkpoint unless the head is where the last one left it.
  void Write();

  const Log& log_;
  const CheckpointerOptions options_;
  // Whether this object has written a checkpoint, and at which position. A file from before does
  // not count: another log may have left it. Used by the thread, and by the destructor after it.
  bool written_ = false;
  Position written_position_ = 0;

  StopSignal stop_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_CHECKPOINT_H_
