#include "storage/pipeline/follower.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"

namespace roster::storage {

class Follower::Wakeups {
 public:
  void Stop() {
    MutexLock lock(mutex_);
    stopping_ = true;
    wakes_.NotifyOne();
  }

  // The pipeline's answer: whether the position that was asked for is published.
  void Answer(bool published) {
    MutexLock lock(mutex_);
    answered_ = true;
    published_ = published;
    wakes_.NotifyOne();
  }

  // Waits for the answer. False: stopped, or the position will never be published.
  bool AwaitAnswer() {
    MutexLock lock(mutex_);
    while (!stopping_ && !answered_) wakes_.Wait(mutex_);
    answered_ = false;
    return !stopping_ && published_;
  }

  // Waits out the pause. False: stopped.
  bool Pause(absl::Duration pause) {
    const Deadline deadline = DeadlineAfter(pause);
    MutexLock lock(mutex_);
    while (!stopping_ && wakes_.WaitUntil(mutex_, deadline)) {
    }
    return !stopping_;
  }

 private:
  Mutex mutex_;
  CondVar wakes_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool answered_ ABSL_GUARDED_BY(mutex_) = false;
  bool published_ ABSL_GUARDED_BY(mutex_) = false;
};

Follower::Follower(const Log& log, Pipeline& pipeline, Handler handle, FollowerOptions options)
    : log_(log),
      pipeline_(pipeline),
      handle_(std::move(handle)),
      options_(std::move(options)),
      wakeups_(std::make_shared<Wakeups>()),
      position_(options_.after) {
  MutexLock lock(join_mutex_);
  thread_ = std::thread([this] { Run(); });
}

void Follower::Stop() {
  wakeups_->Stop();
  MutexLock lock(join_mutex_);
  if (thread_.joinable()) thread_.join();
}

void Follower::Run() {
  while (AwaitNext()) {
    const absl::Status handled = HandleNext();
    if (handled.ok()) continue;
    if (options_.on_error) options_.on_error(handled);
    if (!wakeups_->Pause(options_.retry)) return;
  }
}

bool Follower::AwaitNext() {
  // Answers at once where the commit is published already.
  const uint64_t ticket =
      pipeline_.Await(position_ + 1, [wakeups = wakeups_](bool published) {  // any thread
        wakeups->Answer(published);
      });
  const bool published = wakeups_->AwaitAnswer();
  if (!published) pipeline_.CancelAwait(ticket);
  return published;
}

absl::Status Follower::HandleNext() {
  const Position position = position_;
  // The log may have commits that are not published yet; the read ends before them.
  const Position published = pipeline_.Latest()->position();
  ROSTER_ASSIGN(
      std::vector<event::v1::Commit> commits,
      log_.Read(position + 1, std::min<Position>(options_.batch_limit, published - position)));
  if (commits.empty()) {
    return absl::DataLossError(
        absl::StrCat("the log lacks record ", position + 1, ", which is published"));
  }
  const size_t handled = commits.size();
  ROSTER_TRY(handle_(std::move(commits)));
  position_ = position + handled;
  return absl::OkStatus();
}

}  // namespace roster::storage
