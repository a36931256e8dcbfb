// Threads for work that would block gRPC's own threads too long. Those receive every call and
// answer health.

#ifndef ROSTER_SERVICES_LOAD_THREAD_POOL_H_
#define ROSTER_SERVICES_LOAD_THREAD_POOL_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "storage/base/fair_queue.h"
#include "storage/base/mutex.h"

namespace roster::services {

// Thread-safe. Work begins in the order of Run among that of one caller; accounts take turns, and
// in an account its callers do.
class ThreadPool {
 public:
  using Work = std::function<void()>;

  // At most `limit` pieces of work wait for a thread, and of one holder only so many that there is
  // room for others (FairQueue).
  ThreadPool(std::size_t threads, std::size_t limit);
  ~ThreadPool() { Stop(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Does the work on one of the threads. False: too much waits already, or Stop was called; the
  // work will not be done.
  bool Run(const storage::Holder& holder, Work work);

  // Does all the work that waits, then returns. Idempotent.
  void Stop();

  // How many pieces of work wait now, and how many may.
  std::size_t waiting() const;
  std::size_t limit() const { return limit_; }

 private:
  void Loop();
  // Waits for work. Nothing: stopped, and none is left.
  std::optional<Work> Next();

  const std::size_t limit_;
  mutable storage::Mutex mutex_;
  storage::CondVar wakes_;
  storage::FairQueue<Work> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_LOAD_THREAD_POOL_H_
