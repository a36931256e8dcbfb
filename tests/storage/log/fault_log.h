// A log that fails, stalls, or lets another node append first, on demand.

#ifndef ROSTER_TESTS_STORAGE_LOG_FAULT_LOG_H_
#define ROSTER_TESTS_STORAGE_LOG_FAULT_LOG_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "storage/log/log.h"

namespace roster::storage {

// Passes everything on to `below`, which outlives it, except for the faults that are set.
// Thread-safe.
class FaultLog final : public Log {
 public:
  // Whether a failing Append has written before it fails: its caller can't know.
  enum class Failing { kBeforeWriting, kAfterWriting };

  explicit FaultLog(Log& below) : below_(below) {}
  ~FaultLog() override { Release(); }

  // Fails the nth Append from now on (1 is the next one) with `status`.
  void FailAppend(int nth, absl::Status status, Failing failing = Failing::kBeforeWriting) {
    const std::lock_guard lock(mutex_);
    fail_at_ = appends_ + nth;
    failure_ = std::move(status);
    failing_ = failing;
  }

  // Stalls every Append from now on until Release.
  void Block() {
    const std::lock_guard lock(mutex_);
    blocked_ = true;
  }

  void Release() {
    const std::lock_guard lock(mutex_);
    blocked_ = false;
    changed_.notify_all();
  }

  // Waits until an Append is stalled by Block.
  void AwaitBlocked() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stalled_ > 0; });
  }

  // Calls `before` on the thread of each Append, before everything else. It may append to `below`,
  // as another node would. Null: no more.
  void BeforeAppend(std::function<void()> before) {
    const std::lock_guard lock(mutex_);
    before_ = std::move(before);
  }

  // Calls of Append so far.
  int appends() const {
    const std::lock_guard lock(mutex_);
    return appends_;
  }

  const std::string& id() const override { return below_.id(); }
  Position head() const override { return below_.head(); }
  LogTail tail() const override { return below_.tail(); }

  absl::Status Append(Position expected, std::vector<event::v1::Commit>& commits) override {
    absl::Status failure;
    Failing failing;
    {
      std::unique_lock lock(mutex_);
      if (++appends_ == fail_at_) failure = failure_;
      failing = failing_;
      if (const std::function<void()> before = before_) {
        lock.unlock();
        before();
        lock.lock();
      }
      ++stalled_;
      if (blocked_) changed_.notify_all();
      changed_.wait(lock, [&] { return !blocked_; });
      --stalled_;
    }
    if (!failure.ok() && failing == Failing::kBeforeWriting) return failure;
    const absl::Status status = below_.Append(expected, commits);
    return failure.ok() ? status : failure;
  }

  absl::StatusOr<std::vector<event::v1::Commit>> Read(Position from, size_t limit) const override {
    return below_.Read(from, limit);
  }

  bool Await(Position position, absl::Duration timeout) const override {
    return below_.Await(position, timeout);
  }

 private:
  Log& below_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // All guarded by mutex_.
  std::function<void()> before_;
  absl::Status failure_;
  Failing failing_ = Failing::kBeforeWriting;
  int appends_ = 0;
  int fail_at_ = 0;
  int stalled_ = 0;
  bool blocked_ = false;
};

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_LOG_FAULT_LOG_H_
