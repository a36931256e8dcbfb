// A child process: heard, stopped, killed.

#ifndef ROSTER_TESTS_STORAGE_KILL_CHILD_PROCESS_H_
#define ROSTER_TESTS_STORAGE_KILL_CHILD_PROCESS_H_

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace roster::storage {

// It dies with the thread that started it.
class ChildProcess {
 public:
  // `hear` gets every line that it says, on the threads of the functions below.
  // The program comes first.
  ChildProcess(std::vector<std::string> arguments, std::function<void(const std::string&)> hear);
  // Kills it.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Listens until then, or until it ends; false: it has ended.
  bool ListenUntil(absl::Time then);
  void Signal(int signal) const;
  // SIGKILL, and hears what it had said. Returns whether the signal ended it.
  bool Kill();

 private:
  // Reads what there is; false at the end.
  bool Read();

  const std::function<void(const std::string&)> hear_;
  pid_t pid_ = 0;
  int output_ = -1;
  bool ended_ = false;
  std::string unfinished_;  // a line whose end was not read yet
};

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_KILL_CHILD_PROCESS_H_
