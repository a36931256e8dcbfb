// rosterd as a child process, seen from outside only: its exit, its output and its log lines.

#ifndef ROSTER_TESTS_CRASH_SUPPORT_PROCESS_H_
#define ROSTER_TESTS_CRASH_SUPPORT_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

namespace roster::crash {

// The rosterd under test; main sets it.
const std::string& RosterdPath();
void SetRosterdPath(std::string path);

using test::TempDirectory;

// A running rosterd. It dies with the thread that started it.
class Process {
 public:
  // Its output is kept in `directory`, which outlives the process.
  Process(const TempDirectory& directory, std::vector<std::string> arguments);

  // As test::ChildProcess has them.
  std::optional<int> Wait(absl::Duration timeout) { return child_->Wait(timeout); }
  void Signal(int signal) const { child_->Signal(signal); }
  pid_t pid() const { return child_->pid(); }

  std::string output() const;
  std::string errors() const;

 private:
  std::string output_path_;
  std::string errors_path_;
  std::optional<test::ChildProcess> child_;
};

// Runs rosterd to its end, which must come within ten seconds.
struct Ended {
  int code = 0;
  std::string output;
  std::string errors;
};
Ended RunToEnd(const TempDirectory& directory, std::vector<std::string> arguments);

// `rosterd init`: the operator's token.
std::string Init(const TempDirectory& directory, const std::string& data_dir);

// A rosterd that serves, on ports that it chose itself.
class Server {
 public:
  // Only starts it.
  Server(const TempDirectory& directory, const std::string& data_dir,
         std::vector<std::string> more_arguments = {}, const std::string& listen = "127.0.0.1:0");

  // Waits until it says that it is ready. When it ends first, or takes longer than 30 s, the test
  // fails with its log.
  void AwaitReady();

  // SIGKILL, and waits until it is gone.
  void Kill();
  // SIGTERM, and waits until it is gone: the exit code as Process::Wait has it.
  int Stop();

  Process& process() { return process_; }
  pid_t pid() const { return process_.pid(); }
  uint16_t port() const { return port_; }
  uint16_t health_port() const { return health_port_; }
  uint16_t metrics_port() const { return metrics_port_; }
  // From the start of the process until the line was seen.
  absl::Duration time_to_ready() const { return time_to_ready_; }
  std::string log() const { return process_.errors(); }

 private:
  bool ReadPorts();

  const absl::Time began_;
  Process process_;
  absl::Duration time_to_ready_;
  uint16_t port_ = 0;
  uint16_t health_port_ = 0;
  uint16_t metrics_port_ = 0;
};

}  // namespace roster::crash

#endif  // ROSTER_TESTS_CRASH_SUPPORT_PROCESS_H_
