#include "services/load/capacity.h"

#include <algorithm>
#include <string>

namespace roster::services {
namespace {

using storage::MutexLock;

// Shares of those who hold nothing are kept, because most callers come again at once, until there
// are so many.
constexpr std::size_t kKeptShares = 4096;

}  // namespace

Capacity::Share& Capacity::ShareOf(const storage::Holder& holder) {
  const auto known = callers_.find(holder.caller);
  if (known != callers_.end()) return *known->second;
  if (callers_.size() >= kKeptShares) ForgetIdle();
  auto& account = accounts_[std::string(holder.account)];
  if (account == nullptr) account = std::make_unique<Share>();
  auto& caller = callers_[std::string(holder.caller)];
  caller = std::make_unique<Share>(Share{.account = account.get()});
  return *caller;
}

bool Capacity::MayHoldMore(const Share& caller) const {
  return storage::MayHoldMore(caller.calls, caller.account->calls,
                              limits_.calls - std::min<std::size_t>(limits_.calls, calls_)) &&
         storage::MayHoldMore(caller.bytes, caller.account->bytes,
                              limits_.bytes - std::min<std::size_t>(limits_.bytes, bytes_));
}

void Capacity::ForgetIdle() {
  std::erase_if(callers_, [](const auto& caller) { return caller.second->calls == 0; });
  std::erase_if(accounts_, [](const auto& account) { return account.second->calls == 0; });
}

bool Permit::Acquire(std::size_t bytes) {
  const bool full = capacity_.bytes_ >= capacity_.limits_.bytes;
  if (full || capacity_.calls_.fetch_add(1) >= capacity_.limits_.calls) {
    if (!full) capacity_.calls_.fetch_sub(1);
    return false;
  }
  acquired_ = true;
  AddBytes(bytes);
  return true;
}

bool Permit::AcquireFor(const storage::Holder& holder, std::size_t bytes) {
  const MutexLock lock(capacity_.mutex_);
  Capacity::Share& caller = capacity_.ShareOf(holder);
  if (!capacity_.MayHoldMore(caller)) return false;
  acquired_ = true;
  caller_ = &caller;
  bytes_ = bytes;
  capacity_.calls_ += 1;
  capacity_.bytes_ += bytes;
  for (Capacity::Share* share : {caller_, caller_->account}) {
    share->calls += 1;
    share->bytes += bytes;
  }
  return true;
}

void Permit::AddBytes(std::size_t bytes) {
  if (!acquired_) return;
  capacity_.bytes_ += bytes;
  bytes_ += bytes;
  if (caller_ == nullptr) return;
  const MutexLock lock(capacity_.mutex_);
  caller_->bytes += bytes;
  caller_->account->bytes += bytes;
}

void Permit::Release() {
  if (!acquired_) return;
  acquired_ = false;
  capacity_.bytes_ -= bytes_;
  capacity_.calls_ -= 1;
  if (caller_ == nullptr) return;
  const MutexLock lock(capacity_.mutex_);
  for (Capacity::Share* share : {caller_, caller_->account}) {
    share->calls -= 1;
    share->bytes -= bytes_;
  }
}

}  // namespace roster::services
