// Threads for what takes longer than gRPC's own threads may be held up: those take in everything
// that comes, and answer health.

#ifndef ROSTER_SERVICES_LOAD_THREAD_POOL_H_
#define ROSTER_SERVICES_LOAD_THREAD_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace roster::services {

// Thread-safe. Work is begun in the order in which it came.
class ThreadPool {
 public:
  using Work = std::function<void()>;

  // At most `limit` wait for one of the threads.
  ThreadPool(std::size_t threads, std::size_t limit);
  ~ThreadPool() { Stop(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Does the work on another thread. False: too much waits already, or Stop was called, and it will
  // not be done.
  bool Run(Work work);

  // Returns when all is done. Idempotent.
  void Stop();

  // How much waits now, and how much may.
  std::size_t waiting() const;
  std::size_t limit() const { return limit_; }

 private:
  void Loop();

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable wakes_;
  std::deque<Work> waiting_;  // guarded by mutex_
  bool stopping_ = false;     // the same
  std::vector<std::thread> threads_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_LOAD_THREAD_POOL_H_
