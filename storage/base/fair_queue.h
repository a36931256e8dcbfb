// A queue in which nobody waits for all that another has put there.

#ifndef ROSTER_STORAGE_BASE_FAIR_QUEUE_H_
#define ROSTER_STORAGE_BASE_FAIR_QUEUE_H_

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "storage/base/holder.h"
#include "storage/base/text_map.h"

namespace roster::storage {

// What is next in turn among several, each with a queue of its own: an item of each in turn, the
// items of one in their order. Thread-compatible.
template <typename Queue>
class Turns {
 public:
  // The queue of this name, which is there from then on.
  Queue& operator[](std::string_view name) {
    const auto [found, added] = queues_.try_emplace(std::string(name));
    if (added) order_.push_back(&*found);
    return found->second;
  }

  // The queue of this name; null when it has none.
  const Queue* Find(std::string_view name) const {
    const auto found = queues_.find(name);
    return found == queues_.end() ? nullptr : &found->second;
  }

  // Takes the next item. There is one.
  auto Pop() {
    auto* const next = order_.front();
    order_.pop_front();
    auto item = next->second.Pop();
    if (next->second.size() > 0) {
      order_.push_back(next);
    } else {
      queues_.erase(queues_.find(next->first));
    }
    --size_;
    return item;
  }

  std::size_t size() const { return size_; }
  void Added() { ++size_; }

 private:
  using Queues = TextMap<Queue>;

  Queues queues_;
  std::deque<typename Queues::value_type*>
      order_;             // those that have items, whose turn is next first
  std::size_t size_ = 0;  // items in all queues
};

// Items of holders. Accounts take turns, in an account its callers do. Thread-compatible.
template <typename T>
class FairQueue {
 public:
  // At most `limit` items in all; each holder as many as MayHoldMore allows.
  explicit FairQueue(std::size_t limit) : limit_(limit) {}

  // Puts an item in, which the names of the holder may be part of. False: the holder may have no
  // more here, and the item is unchanged.
  bool Push(const Holder& holder, T& item) {
    const auto* const account = accounts_.Find(holder.account);
    const auto* const caller = account == nullptr ? nullptr : account->Find(holder.caller);
    if (!MayHoldMore(caller == nullptr ? 0 : caller->size(),
                     account == nullptr ? 0 : account->size(), limit_ - size())) {
      return false;
    }
    auto& callers = accounts_[holder.account];
    callers[holder.caller].Push(std::move(item));
    callers.Added();
    accounts_.Added();
    return true;
  }

  // The item whose turn it is; nothing when there is none.
  std::optional<T> Pop() {
    if (empty()) return std::nullopt;
    return accounts_.Pop();
  }

  std::size_t size() const { return accounts_.size(); }
  bool empty() const { return size() == 0; }

 private:
  class Fifo {
   public:
    void Push(T item) { items_.push_back(std::move(item)); }
    T Pop() {
      T item = std::move(items_.front());
      items_.pop_front();
      return item;
    }
    std::size_t size() const { return items_.size(); }

   private:
    std::deque<T> items_;
  };

  const std::size_t limit_;
  Turns<Turns<Fifo>> accounts_;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BASE_FAIR_QUEUE_H_
