#include "tests/crash/support/process.h"

#include <fcntl.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "absl/time/clock.h"

namespace roster::crash {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(1);
constexpr absl::Duration kLongestRun = absl::Seconds(10);
constexpr absl::Duration kLongestStart = absl::Seconds(30);
constexpr absl::Duration kLongestStop = absl::Seconds(30);

std::string& MutableRosterdPath() {
  static std::string path;
  return path;
}

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

int OpenForOutput(const std::string& path) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

// In the child: only what is safe after a fork of a process with threads.
[[noreturn]] void Become(char* const* arguments, int output, int errors) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(127);
}

pid_t Start(std::vector<std::string>& arguments, const std::string& output_path,
            const std::string& errors_path) {
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const int output = OpenForOutput(output_path);
  const int errors = OpenForOutput(errors_path);
  const pid_t child = fork();
  if (child == 0) Become(pointers.data(), output, errors);
  (void)close(output);
  (void)close(errors);
  if (child < 0) throw std::runtime_error("can't fork");
  return child;
}

}  // namespace

const std::string& RosterdPath() { return MutableRosterdPath(); }
void SetRosterdPath(std::string path) { MutableRosterdPath() = std::move(path); }

ScratchDirectory::ScratchDirectory() : path_(testing::TempDir() + "roster_crash_XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("can't make " + path_);
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchDirectory::operator/(std::string_view name) const {
  return path_ + "/" + std::string(name);
}

Process::Process(const ScratchDirectory& directory, std::vector<std::string> arguments) {
  static int started = 0;
  const std::string name = "process" + std::to_string(++started);
  output_path_ = directory / (name + ".out");
  errors_path_ = directory / (name + ".err");
  arguments.insert(arguments.begin(), RosterdPath());
  pid_ = Start(arguments, output_path_, errors_path_);
}

Process::~Process() {
  if (ended_) return;
  Signal(SIGKILL);
  Wait(kLongestStop);
}

std::optional<int> Process::Wait(absl::Duration timeout) {
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

void Process::Signal(int signal) const { kill(pid_, signal); }

std::string Process::output() const { return ReadFile(output_path_); }
std::string Process::errors() const { return ReadFile(errors_path_); }

Ended RunToEnd(const ScratchDirectory& directory, std::vector<std::string> arguments) {
  Process process(directory, std::move(arguments));
  const std::optional<int> code = process.Wait(kLongestRun);
  if (!code) throw std::runtime_error("rosterd does not end: " + process.errors());
  return {.code = *code, .output = process.output(), .errors = process.errors()};
}

std::string Init(const ScratchDirectory& directory, const std::string& data_dir) {
  Ended init = RunToEnd(directory, {"init", "--data-dir", data_dir});
  if (init.code != 0) throw std::runtime_error("rosterd init fails: " + init.errors);
  while (!init.output.empty() && init.output.back() == '\n') init.output.pop_back();
  return init.output;
}

Server::Server(const ScratchDirectory& directory, const std::string& data_dir,
               std::vector<std::string> more_arguments)
    : began_(absl::Now()), process_(directory, [&] {
        std::vector<std::string> arguments = {"--data-dir",       data_dir,          "--listen",
                                              "127.0.0.1:0",      "--health-listen", "127.0.0.1:0",
                                              "--metrics-listen", "127.0.0.1:0"};
        arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
        return arguments;
      }()) {}

void Server::AwaitReady() {
  while (!ReadPorts()) {
    if (process_.Wait(absl::ZeroDuration())) {
      throw std::runtime_error("rosterd ended at its start:\n" + log());
    }
    if (absl::Now() - began_ > kLongestStart) {
      throw std::runtime_error("rosterd does not get ready:\n" + log());
    }
    absl::SleepFor(kLook);
  }
  time_to_ready_ = absl::Now() - began_;
}

bool Server::ReadPorts() {
  std::istringstream lines(log());
  for (std::string line; std::getline(lines, line) && !lines.eof();) {
    google::protobuf::Struct entry;
    if (!google::protobuf::util::JsonStringToMessage(line, &entry).ok()) continue;
    const auto& fields = entry.fields();
    if (fields.at("message").string_value() != "ready") continue;
    port_ = static_cast<uint16_t>(fields.at("port").number_value());
    health_port_ = static_cast<uint16_t>(fields.at("health_port").number_value());
    metrics_port_ = static_cast<uint16_t>(fields.at("metrics_port").number_value());
    return true;
  }
  return false;
}

void Server::Kill() {
  process_.Signal(SIGKILL);
  process_.Wait(kLongestStop);
}

int Server::Stop() {
  process_.Signal(SIGTERM);
  const std::optional<int> code = process_.Wait(kLongestStop);
  if (!code) throw std::runtime_error("rosterd does not stop:\n" + log());
  return *code;
}

}  // namespace roster::crash
