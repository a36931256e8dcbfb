// The engine as a process of its own: heard, stopped, killed.

#ifndef ROSTER_TESTS_STORAGE_KILL_ENGINE_PROCESS_H_
#define ROSTER_TESTS_STORAGE_KILL_ENGINE_PROCESS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/child_process.h"

namespace roster::storage {

// It dies with the thread that started it.
class EngineProcess {
 public:
  // `hear` gets every line that it says, on the threads of the functions below.
  // The program comes first.
  EngineProcess(std::vector<std::string> arguments, std::function<void(const std::string&)> hear);
  // Kills it.
  ~EngineProcess();
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;

  // Listens until then, or until it ends; false: it has ended.
  bool ListenUntil(absl::Time then);
  void Signal(int signal) const { process_.Signal(signal); }
  // SIGKILL, and hears what it had said. Returns whether the signal ended it.
  bool Kill();

 private:
  // A pipe whose writing end the engine gets.
  struct Pipe {
    Pipe();
    int reading = -1;
    int writing = -1;
  };

  // Reads what there is; false at the end.
  bool Read();

  const std::function<void(const std::string&)> hear_;
  const Pipe pipe_;
  test::ChildProcess process_;
  std::string unfinished_;  // a line whose end was not read yet
};

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_KILL_ENGINE_PROCESS_H_
