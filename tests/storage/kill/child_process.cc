#include "tests/storage/kill/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <utility>

#include "absl/time/clock.h"

namespace roster::storage {
namespace {

constexpr size_t kChunkBytes = 64 << 10;

// In the child: only what is safe after a fork of a process with threads.
[[noreturn]] void Become(char* const* arguments, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(output, STDOUT_FILENO);
  execv(arguments[0], arguments);
  _exit(127);
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> arguments,
                           std::function<void(const std::string&)> hear)
    : hear_(std::move(hear)) {
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("can't make a pipe");
  pid_ = fork();
  if (pid_ == 0) Become(pointers.data(), ends[1]);
  (void)close(ends[1]);
  output_ = ends[0];
  if (pid_ < 0) throw std::runtime_error("can't fork");
}

ChildProcess::~ChildProcess() {
  if (!ended_) Kill();
  (void)close(output_);
}

bool ChildProcess::ListenUntil(absl::Time then) {
  while (true) {
    const absl::Duration left = then - absl::Now();
    if (left <= absl::ZeroDuration()) return true;
    pollfd output{.fd = output_, .events = POLLIN, .revents = 0};
    const auto wait = std::max<int64_t>(1, absl::ToInt64Milliseconds(left));
    if (poll(&output, 1, static_cast<int>(wait)) > 0 && !Read()) return false;
  }
}

void ChildProcess::Signal(int signal) const { kill(pid_, signal); }

bool ChildProcess::Kill() {
  Signal(SIGKILL);
  while (Read()) {
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  ended_ = true;
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

bool ChildProcess::Read() {
  std::string chunk(kChunkBytes, '\0');
  const ssize_t count = read(output_, chunk.data(), chunk.size());
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
