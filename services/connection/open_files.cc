#include "services/connection/open_files.h"

#include <sys/resource.h>

#include <algorithm>

namespace roster::services {
namespace {

constexpr std::size_t kReserved = 512;

}  // namespace

void RaiseOpenFileLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t ConnectionsWithinLimit(std::size_t wanted) {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
  const auto files = static_cast<std::size_t>(limit.rlim_cur);
  return std::min(wanted, std::min(files / 2, files - std::min(files, kReserved)));
}

}  // namespace roster::services
