// Watches how much memory the process takes, because a library that reads from callers can take
// more than anything here counts.

#ifndef ROSTER_SERVICES_LOAD_MEMORY_GUARD_H_
#define ROSTER_SERVICES_LOAD_MEMORY_GUARD_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

#include "absl/time/time.h"

namespace roster::services {

// The resident memory of this process in bytes; 0 where the system does not tell, and under a
// sanitizer, which keeps what was freed.
std::size_t ResidentBytes();

// For one thread.
class MemoryGuard {
 public:
  struct Sources {
    // The memory of the process.
    std::function<std::size_t()> resident = ResidentBytes;
    // What of it is meant to be there, such as a cache; asked only when the memory has grown.
    std::function<std::size_t()> meant = [] { return std::size_t{0}; };
  };

  // `growth`: so many bytes more than at the lowest point of the last minute are too many, beside
  // those that are meant to be there.
  explicit MemoryGuard(std::size_t growth) : MemoryGuard(growth, Sources()) {}
  MemoryGuard(std::size_t growth, Sources sources)
      : growth_(growth), sources_(std::move(sources)) {}

  // Whether the memory has grown too much; to be asked several times a second. Once it grows no
  // more, gives what is free back to the system every few seconds while much more is held than
  // before.
  bool IsShort(absl::Time now);

 private:
  struct Reading {
    absl::Time at;
    std::size_t bytes;
  };

  // The lowest reading of the last minute.
  std::size_t Lowest(absl::Time now, std::size_t resident);
  void GiveBack(absl::Time now, std::size_t resident, std::size_t excess);

  const std::size_t growth_;
  const Sources sources_;
  std::deque<Reading> readings_;  // each greater than the one before it
  std::size_t settled_ = 0;       // from which a growth is told
  absl::Time grew_ = absl::InfinitePast();
  absl::Time given_back_ = absl::InfinitePast();
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_LOAD_MEMORY_GUARD_H_
