#include "services/load/memory_guard.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace roster::services {
namespace {

#if defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

constexpr absl::Duration kWindow = absl::Minutes(1);
constexpr absl::Duration kGiveBackInterval = absl::Seconds(5);
constexpr absl::Duration kCalm = absl::Seconds(1);
constexpr std::size_t kMuch = std::size_t{16} << 20;
constexpr std::size_t kLittle = std::size_t{1} << 20;

}  // namespace

std::size_t ResidentBytes() {
  if (kSanitized) return 0;
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/self/statm", "r"),
                                                   &std::fclose);
  std::size_t pages = 0;
  if (file == nullptr || std::fscanf(file.get(), "%*u %zu", &pages) != 1) return 0;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

bool MemoryGuard::IsShort(absl::Time now) {
  const std::size_t resident = sources_.resident();
  const std::size_t excess = resident - Lowest(now, resident);
  GiveBack(now, resident, excess);
  return excess > growth_ && excess > growth_ + sources_.meant();
}

// Keeps only readings that are the lowest from their time on, so that the first is the lowest.
std::size_t MemoryGuard::Lowest(absl::Time now, std::size_t resident) {
  while (!readings_.empty() && readings_.back().bytes >= resident) readings_.pop_back();
  readings_.push_back({.at = now, .bytes = resident});
  while (now - readings_.front().at > kWindow) readings_.pop_front();
  return readings_.front().bytes;
}

// glibc keeps what was freed between blocks that are in use. It stops all who want memory while it
// looks for that, so not in the middle of a flood.
void MemoryGuard::GiveBack(absl::Time now, std::size_t resident, std::size_t excess) {
  if (resident > settled_ + kLittle) grew_ = now;
  settled_ = now == grew_ ? resident : std::min(settled_, resident);
  if (excess < kMuch || now - grew_ < kCalm || now - given_back_ < kGiveBackInterval) return;
  given_back_ = now;
  malloc_trim(0);
}

}  // namespace roster::services
