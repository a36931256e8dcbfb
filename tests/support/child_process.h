// Another program, started by a test.

#ifndef ROSTER_TESTS_SUPPORT_CHILD_PROCESS_H_
#define ROSTER_TESTS_SUPPORT_CHILD_PROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace roster::test {

// A running program. It dies with the thread that started it. Thread-compatible.
class ChildProcess {
 public:
  // The program comes first. What it prints goes to the file descriptors `output` and `errors`,
  // which the caller may close afterwards; -1: to those of the test.
  ChildProcess(std::vector<std::string> arguments, int output, int errors);
  // Kills it.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits until it ends; its exit code, or minus the number of the signal that killed it. Nothing
  // when it has not ended in time.
  std::optional<int> Wait(absl::Duration timeout);
  void Signal(int signal) const;
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  std::optional<int> ended_;
};

}  // namespace roster::test

#endif  // ROSTER_TESTS_SUPPORT_CHILD_PROCESS_H_
