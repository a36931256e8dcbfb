#include "tests/storage/kill/engine_process.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <utility>

#include "absl/time/clock.h"

namespace roster::storage {
namespace {

constexpr size_t kChunkBytes = 64 << 10;

}  // namespace

EngineProcess::Pipe::Pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("can't make a pipe");
  reading = ends[0];
  writing = ends[1];
}

EngineProcess::EngineProcess(std::vector<std::string> arguments,
                             std::function<void(const std::string&)> hear)
    : hear_(std::move(hear)), process_(std::move(arguments), pipe_.writing, -1) {
  (void)close(pipe_.writing);
}

EngineProcess::~EngineProcess() {
  if (!process_.Wait(absl::ZeroDuration())) Kill();
  (void)close(pipe_.reading);
}

bool EngineProcess::ListenUntil(absl::Time then) {
  while (true) {
    const absl::Duration left = then - absl::Now();
    if (left <= absl::ZeroDuration()) return true;
    pollfd output{.fd = pipe_.reading, .events = POLLIN, .revents = 0};
    const auto wait = std::max<int64_t>(1, absl::ToInt64Milliseconds(left));
    if (poll(&output, 1, static_cast<int>(wait)) > 0 && !Read()) return false;
  }
}

bool EngineProcess::Kill() {
  Signal(SIGKILL);
  while (Read()) {
  }
  return process_.Wait(absl::InfiniteDuration()) == -SIGKILL;
}

bool EngineProcess::Read() {
  std::string chunk(kChunkBytes, '\0');
  const ssize_t count = read(pipe_.reading, chunk.data(), chunk.size());
  if (count <= 0) return false;
  unfinished_.append(chunk, 0, static_cast<size_t>(count));
  size_t begin = 0;
  for (size_t end = 0; (end = unfinished_.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    hear_(unfinished_.substr(begin, end - begin));
  }
  unfinished_.erase(0, begin);
  return true;
}

}  // namespace roster::storage
