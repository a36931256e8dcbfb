#include "tests/support/child_process.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "absl/time/clock.h"

namespace roster::test {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(1);
constexpr absl::Duration kLongestEnd = absl::Seconds(30);

// In the child: only what is safe after a fork of a process with threads.
[[noreturn]] void Become(char* const* arguments, int output, int errors) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (output >= 0) dup2(output, STDOUT_FILENO);
  if (errors >= 0) dup2(errors, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(127);
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> arguments, int output, int errors) {
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) Become(pointers.data(), output, errors);
  if (pid_ < 0) throw std::runtime_error("can't fork");
}

ChildProcess::~ChildProcess() {
  if (ended_) return;
  Signal(SIGKILL);
  Wait(kLongestEnd);
}

std::optional<int> ChildProcess::Wait(absl::Duration timeout) {
  const absl::Time until = absl::Now() + timeout;
  while (!ended_) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    } else if (absl::Now() > until) {
      break;
    } else {
      absl::SleepFor(kLook);
    }
  }
  return ended_;
}

void ChildProcess::Signal(int signal) const { kill(pid_, signal); }

}  // namespace roster::test
