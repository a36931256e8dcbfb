#include "storage/pipeline/waiters.h"

namespace roster::storage {

uint64_t Waiters::Add(domain::Position position, Reached reached) {
  bool is_published = false;
  {
    MutexLock lock(mutex_);
    is_published = position <= published_;
    if (!is_published && !closed_) {
      const uint64_t ticket = ++last_ticket_;
      waiting_.emplace(Key(position, ticket), std::move(reached));
      positions_.emplace(ticket, position);
      return ticket;
    }
  }
  reached(is_published);
  return 0;
}

bool Waiters::Cancel(uint64_t ticket) {
  Reached dropped;  // destroyed after the lock is released
  MutexLock lock(mutex_);
  const auto position = positions_.find(ticket);
  if (position == positions_.end()) return false;
  const auto waiter = waiting_.find(Key(position->second, ticket));
  dropped = std::move(waiter->second);
  waiting_.erase(waiter);
  positions_.erase(position);
  return true;
}

std::vector<Waiters::Reached> Waiters::Publish(domain::Position position) {
  std::vector<Reached> released;
  MutexLock lock(mutex_);
  published_ = position;
  while (!waiting_.empty() && waiting_.begin()->first.first <= position) {
    positions_.erase(waiting_.begin()->first.second);
    released.push_back(std::move(waiting_.begin()->second));
    waiting_.erase(waiting_.begin());
  }
  return released;
}

void Waiters::Close() {
  std::map<Key, Reached> left;
  {
    MutexLock lock(mutex_);
    closed_ = true;
    left.swap(waiting_);
    positions_.clear();
  }
  for (auto& [key, reached] : left) reached(false);
}

}  // namespace roster::storage
