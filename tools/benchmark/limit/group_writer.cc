#include "tools/benchmark/limit/group_writer.h"

#include <utility>

namespace roster::benchmark {

GroupWriter::GroupWriter(RawStore& store) : store_(store), thread_([this] { Run(); }) {}

GroupWriter::~GroupWriter() {
  {
    const storage::MutexLock lock(mutex_);
    ending_ = true;
    arrived_.NotifyOne();
  }
  thread_.join();
}

void GroupWriter::Submit(const CommitRows& rows, std::function<void(const absl::Status&)> done) {
  const storage::MutexLock lock(mutex_);
  queue_.push_back({.rows = &rows, .done = std::move(done)});
  arrived_.NotifyOne();
}

std::vector<GroupWriter::Entry> GroupWriter::Take() {
  const storage::MutexLock lock(mutex_);
  while (queue_.empty() && !ending_) arrived_.Wait(mutex_);
  return std::exchange(queue_, {});
}

void GroupWriter::Run() {
  for (std::vector<Entry> group = Take(); !group.empty(); group = Take()) {
    std::vector<const CommitRows*> rows;
    rows.reserve(group.size());
    for (const Entry& entry : group) rows.push_back(entry.rows);
    const absl::Status status = store_.Write(rows);
    for (const Entry& entry : group) entry.done(status);
  }
}

}  // namespace roster::benchmark
