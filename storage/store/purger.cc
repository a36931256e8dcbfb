#include "storage/store/purger.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "domain/base/try.h"

namespace roster::storage {
namespace {

constexpr absl::Duration kUntilSpaceIsLookedFor = absl::Seconds(10);
// A purge is long and nobody waits for it: threads that answer callers go first.
constexpr int kNiceness = 10;

}  // namespace

Purger::Purger(Views& views, ErasureList& list, std::function<void(const absl::Status&)> on_failure)
    : views_(views), list_(list), on_failure_(std::move(on_failure)), thread_([this] { Run(); }) {}

Purger::~Purger() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wakes_.NotifyOne();
  views_.StopPurging();
  thread_.join();
}

void Purger::Add(const std::vector<Erasure>& erasures, absl::Duration after) {
  if (erasures.empty()) return;
  {
    MutexLock lock(mutex_);
    const Deadline due = DeadlineAfter(after);
    if (waiting_.users == 0) {
      waiting_.since = std::chrono::steady_clock::now();
      waiting_.due = due;
    }
    waiting_.due = std::min(waiting_.due, due);
    waiting_.users += erasures.size();
    for (const Erasure& erasure : erasures)
      waiting_.last = std::max(waiting_.last, erasure.position);
  }
  wakes_.NotifyOne();
}

Unpurged Purger::unpurged() const {
  MutexLock lock(mutex_);
  const size_t users = purging_.users + waiting_.users;
  if (users == 0) return {};
  const Deadline since = purging_.users > 0 ? purging_.since : waiting_.since;
  return {.users = users, .age = absl::FromChrono(std::chrono::steady_clock::now() - since)};
}

std::optional<Purger::Batch> Purger::Next() {
  MutexLock lock(mutex_);
  purging_ = {};
  while (!stopping_) {
    if (waiting_.users == 0) {
      wakes_.Wait(mutex_);
    } else if (std::chrono::steady_clock::now() < waiting_.due) {
      wakes_.WaitUntil(mutex_, waiting_.due);
    } else {
      purging_ = std::exchange(waiting_, {});
      return purging_;
    }
  }
  return std::nullopt;
}

absl::Status Purger::Purge(const Batch& batch) {
  while (true) {
    absl::Status purged = views_.Purge();
    if (purged.ok()) return list_.MarkForgotten(batch.last);
    if (!absl::IsResourceExhausted(purged)) return purged;
    MutexLock lock(mutex_);
    const Deadline again = DeadlineAfter(kUntilSpaceIsLookedFor);
    while (!stopping_ && wakes_.WaitUntil(mutex_, again)) {
    }
  }
}

void Purger::Run() {
  // On Linux a thread has a niceness of its own.
  (void)setpriority(PRIO_PROCESS, 0, kNiceness);
  while (const std::optional<Batch> batch = Next()) {
    const absl::Status purged = Purge(*batch);
    if (absl::IsCancelled(purged)) return;
    if (!purged.ok()) return on_failure_(purged);
  }
}

}  // namespace roster::storage
