#include "services/load/capacity.h"

namespace roster::services {

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

void Permit::AddBytes(std::size_t bytes) {
  if (!acquired_) return;
  capacity_.bytes_ += bytes;
  bytes_ += bytes;
}

void Permit::Release() {
  if (!acquired_) return;
  acquired_ = false;
  capacity_.bytes_ -= bytes_;
  capacity_.calls_ -= 1;
}

}  // namespace roster::services
