#include "storage/log/memory_log.h"

#include <algorithm>
#include <iterator>

namespace roster::storage {

absl::Status MemoryLog::Append(Position expected, std::vector<event::v1::Commit>& commits) {
  const MutexLock lock(mutex_);
  const LogTail tail = head_.tail();
  if (absl::Status status = CheckExpected(expected, tail); !status.ok()) return status;
  absl::StatusOr<StampedRecords> stamped = StampRecords(id_, tail, commits);
  if (!stamped.ok()) return stamped.status();
  std::move(stamped->records.begin(), stamped->records.end(), std::back_inserter(records_));
  head_.Set(std::move(stamped->tail));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<event::v1::Commit>> MemoryLog::Read(Position from, size_t limit) const {
  from = std::max<Position>(from, 1);
  RecordReader reader(id_, from);
  const MutexLock lock(mutex_);
  while (reader.next() <= records_.size() && reader.next() - from < limit &&
         reader.bytes() < kMaxReadBytes) {
    if (absl::Status status = reader.Add(records_[reader.next() - 1]); !status.ok()) return status;
  }
  return std::move(reader).Take();
}

bool MemoryLog::Await(Position position, absl::Duration timeout) const {
  return head_.Await(position, timeout);
}

}  // namespace roster::storage
