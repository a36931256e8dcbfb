#include "tests/crash/support/process.h"

#include <fcntl.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <csignal>
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

}  // namespace

const std::string& RosterdPath() { return MutableRosterdPath(); }
void SetRosterdPath(std::string path) { MutableRosterdPath() = std::move(path); }

Process::Process(const TempDirectory& directory, std::vector<std::string> arguments) {
  static int started = 0;
  const std::string name = "process" + std::to_string(++started);
  output_path_ = directory / (name + ".out");
  errors_path_ = directory / (name + ".err");
  arguments.insert(arguments.begin(), RosterdPath());
  const int output = OpenForOutput(output_path_);
  const int errors = OpenForOutput(errors_path_);
  child_.emplace(std::move(arguments), output, errors);
  (void)close(output);
  (void)close(errors);
}

std::string Process::output() const { return ReadFile(output_path_); }
std::string Process::errors() const { return ReadFile(errors_path_); }

Ended RunToEnd(const TempDirectory& directory, std::vector<std::string> arguments) {
  Process process(directory, std::move(arguments));
  const std::optional<int> code = process.Wait(kLongestRun);
  if (!code) throw std::runtime_error("rosterd does not end: " + process.errors());
  return {.code = *code, .output = process.output(), .errors = process.errors()};
}

std::string Init(const TempDirectory& directory, const std::string& data_dir) {
  Ended init = RunToEnd(directory, {"init", "--data-dir", data_dir});
  if (init.code != 0) throw std::runtime_error("rosterd init fails: " + init.errors);
  while (!init.output.empty() && init.output.back() == '\n') init.output.pop_back();
  return init.output;
}

Server::Server(const TempDirectory& directory, const std::string& data_dir,
               std::vector<std::string> more_arguments, const std::string& listen)
    : began_(absl::Now()), process_(directory, [&] {
        std::vector<std::string> arguments = {
            "--data-dir",      data_dir,      "--listen",         listen,
            "--health-listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"};
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
