// Threads for work that would block gRPC's own threads too long. Those receive every call and
// answer health.

#ifndef ROSTER_SERVICES_LOAD_THREAD_POOL_H_
#define ROSTER_SERVICES_LOAD_THREAD_POOL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "storage/base/mutex.h"

namespace roster::services {

// Thread-safe. Work begins in the order of Run.
class ThreadPool {
 public:
  using Work = std::function<void()>;

  // At most `limit` pieces of work wait for a thread.
  ThreadPool(std::size_t threads, std::size_t limit);
  ~ThreadPool() { Stop(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Does the work on one of the threads. False: `limit` pieces wait already, or Stop was called;
  // the work will not be done.
  bool Run(Work work);

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
  std::deque<Work> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_LOAD_THREAD_POOL_H_
