#include "services/load/capacity.h"

namespace roster::services {

bool Share::Take(std::size_t bytes) {
  const bool full = capacity_.bytes_ >= capacity_.limits_.bytes;
  if (full || capacity_.calls_.fetch_add(1) >= capacity_.limits_.calls) {
    if (!full) capacity_.calls_.fetch_sub(1);
    return false;
  }
  taken_ = true;
  Hold(bytes);
  return true;
}

void Share::Hold(std::size_t bytes) {
  if (!taken_) return;
  capacity_.bytes_ += bytes;
  bytes_ += bytes;
}

void Share::GiveBack() {
  if (!taken_) return;
  taken_ = false;
  capacity_.bytes_ -= bytes_;
  capacity_.calls_ -= 1;
}

}  // namespace roster::services
