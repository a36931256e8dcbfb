// The checkpoint: a small file outside the store that says how far the log had come.
//
// RocksDB opens a log whose newest files are lost or cut short without a word. The checkpoint is
// the witness against that: a log that does not reach it has lost records (log_check.h). It never
// names a position that is not durable. FORMAT.md has it byte by byte.

#ifndef ROSTER_STORAGE_LOG_CHECKPOINT_H_
#define ROSTER_STORAGE_LOG_CHECKPOINT_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/log/log.h"

namespace rocksdb {
class Env;
}

namespace roster::storage {

struct Checkpoint {
  std::string log_id;  // 16 bytes
  uint64_t epoch = kEpoch;
  Position position = 0;
  std::string hash;  // of the record at the position; that of LogTail() at position 0
};

// `env` null: the system's file system.
// NOT_FOUND: there is no checkpoint. DATA_LOSS: it is damaged. FAILED_PRECONDITION: a newer version
// wrote it. Messages name the path and what to do. Others as for ReadFile.
absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& path, rocksdb::Env* env = nullptr);

// Puts the checkpoint in the place of the one before, durably; see ReplaceFile.
absl::Status WriteCheckpoint(const std::string& path, const Checkpoint& checkpoint,
                             rocksdb::Env* env = nullptr);

// What the log could be checked with later.
Checkpoint CheckpointOf(const Log& log);

struct CheckpointerOptions {
  std::string path;                            // outside the directory of the store
  rocksdb::Env* env = nullptr;                 // null: the system's; outlives the checkpointer
  absl::Duration interval = absl::Seconds(1);  // between two checkpoints, and tries of one
  // A checkpoint could not be written; it is tried again. On a thread of the checkpointer, or in
  // its destructor. May be null.
  std::function<void(const absl::Status&)> on_error;
};

// Follows a log and keeps its checkpoint: one at once, then one an interval if the head has moved,
// and a last one in the destructor. Thread-safe. The log outlives it.
class Checkpointer {
 public:
  Checkpointer(const Log& log, CheckpointerOptions options);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

 private:
  void Run();
  // Writes the checkpoint unless it is the one that was written last.
  void Write();

  const Log& log_;
  const CheckpointerOptions options_;
  // Of the last checkpoint written. Nothing at first: another log may have left the file. Used by
  // the thread, and by the destructor after it.
  bool written_ = false;
  Position written_position_ = 0;

  std::mutex mutex_;
  std::condition_variable wakes_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;     // last, for it uses all the others
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_CHECKPOINT_H_
