#include "storage/log/memory_log.h"

#include <algorithm>
#include <iterator>

#include "domain/base/try.h"

namespace roster::storage {

absl::Status MemoryLog::Append(Position expected, std::vector<event::v1::Commit>& commits) {
  const MutexLock lock(mutex_);
  const LogTail tail = head_.tail();
  ROSTER_TRY(CheckExpected(expected, tail));
  ROSTER_ASSIGN(StampedRecords stamped, StampRecords(id_, tail, commits));
  std::move(stamped.records.begin(), stamped.records.end(), std::back_inserter(records_));
  head_.Set(std::move(stamped.tail));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<event::v1::Commit>> MemoryLog::Read(Position from, size_t limit) const {
  from = std::max<Position>(from, 1);
  RecordReader reader(id_, from);
  const MutexLock lock(mutex_);
  while (reader.next() <= records_.size() && reader.next() - from < limit &&
         reader.bytes() < kMaxReadBytes) {
    ROSTER_TRY(reader.Add(records_[reader.next() - 1]));
  }
  return std::move(reader).Take();
}

bool MemoryLog::Await(Position position, absl::Duration timeout) const {
  return head_.Await(position, timeout);
}

}  // namespace roster::storage
