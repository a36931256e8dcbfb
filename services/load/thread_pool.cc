#include "services/load/thread_pool.h"

#include <utility>

namespace roster::services {

ThreadPool::ThreadPool(std::size_t threads, std::size_t limit) : limit_(limit), waiting_(limit) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Loop(); });
}

void ThreadPool::Stop() {
  {
    storage::MutexLock lock(mutex_);
    stopping_ = true;
  }
  wakes_.NotifyAll();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool ThreadPool::Run(const storage::Holder& holder, Work work) {
  {
    storage::MutexLock lock(mutex_);
    if (stopping_ || !waiting_.Push(holder, work)) return false;
  }
  wakes_.NotifyOne();
  return true;
}

std::size_t ThreadPool::waiting() const {
  storage::MutexLock lock(mutex_);
  return waiting_.size();
}

std::optional<ThreadPool::Work> ThreadPool::Next() {
  storage::MutexLock lock(mutex_);
  while (!stopping_ && waiting_.empty()) wakes_.Wait(mutex_);
  return waiting_.Pop();
}

void ThreadPool::Loop() {
  // What the work holds is destroyed with it, without the lock.
  while (const std::optional<Work> work = Next()) (*work)();
}

}  // namespace roster::services
