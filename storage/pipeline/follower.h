// A reader that follows the published log commit by commit, from a position of its own.

#ifndef ROSTER_STORAGE_PIPELINE_FOLLOWER_H_
#define ROSTER_STORAGE_PIPELINE_FOLLOWER_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/base/mutex.h"
#include "storage/log/log.h"
#include "storage/pipeline/pipeline.h"

namespace roster::storage {

struct FollowerOptions {
  Position after = 0;          // the first commit handled is the one after this position
  size_t batch_limit = 1'000;  // commits in a batch, at least 1; fewer once they have kMaxReadBytes
  absl::Duration retry = absl::Seconds(1);  // between an error and the next try
  // A read or `handle` has failed; the same position is tried again. Called on the follower's
  // thread. May be null.
  std::function<void(const absl::Status&)> on_error;
};

// Hands every commit after a position to a function, in order and without gaps, once it is
// published: the views show it by then. It has one thread, which waits without polling.
//
// Each commit is handled at least once. After an error nothing is skipped: the follower waits
// `retry` and reads again from its position, for as long as it takes. So `handle` must tolerate
// commits that it had before, and an error that never passes holds the follower at its position.
//
// The position is in memory only. An owner that must go on after a restart stores it beside what it
// made of the commits, and passes it as `after`.
//
// Thread-safe.
class Follower {
 public:
  // Gets a batch of at least one commit, as it is in the log: personal data is sealed
  // (OpenPersonal). OK: all of it is handled. Any error: none of it counts as handled.
  using Handler = std::function<absl::Status(std::vector<event::v1::Commit>)>;

  // `log` is that of the pipeline; both outlive the follower.
  Follower(const Log& log, Pipeline& pipeline, Handler handle, FollowerOptions options);
  ~Follower() { Stop(); }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // The last commit handled.
  Position position() const { return position_; }

  // Ends any wait at once, finishes a batch that is being handled, and returns. Nothing is called
  // after that. Idempotent. Not to be called from a callback.
  //
  // A pipeline that stops or fails ends the follower too, once it has handled all that was
  // published.
  void Stop();

 private:
  // What wakes the thread. Shared with the callback that waits in the pipeline, which may run while
  // the follower is being destroyed.
  class Wakeups;

  void Run();
  // Waits until the commit after the position is published. False: the follower ends.
  bool AwaitNext();
  // Handles one batch.
  absl::Status HandleNext();

  const Log& log_;
  Pipeline& pipeline_;
  const Handler handle_;
  const FollowerOptions options_;
  const std::shared_ptr<Wakeups> wakeups_;
  std::atomic<Position> position_;  // written by the thread alone

  Mutex join_mutex_;
  std::thread thread_ ABSL_GUARDED_BY(join_mutex_);
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_PIPELINE_FOLLOWER_H_
