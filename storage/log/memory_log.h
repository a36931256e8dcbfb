// A log in memory, for tests.

#ifndef ROSTER_STORAGE_LOG_MEMORY_LOG_H_
#define ROSTER_STORAGE_LOG_MEMORY_LOG_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "storage/base/mutex.h"
#include "storage/log/commit_record.h"
#include "storage/log/log.h"
#include "storage/log/published_head.h"

namespace roster::storage {

// Thread-safe.
class MemoryLog final : public Log {
 public:
  explicit MemoryLog(std::string id = NewLogId()) : id_(std::move(id)) {}

  const std::string& id() const override { return id_; }
  Position head() const override { return head_.Get(); }
  LogTail tail() const override { return head_.tail(); }
  absl::Status Append(Position expected, std::vector<event::v1::Commit>& commits) override;
  absl::StatusOr<std::vector<event::v1::Commit>> Read(Position from, size_t limit) const override;
  bool Await(Position position, absl::Duration timeout) const override;

 private:
  const std::string id_;
  PublishedHead head_{LogTail()};
  mutable Mutex mutex_;
  // In the order of positions, from 1.
  std::vector<std::string> records_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_MEMORY_LOG_H_
