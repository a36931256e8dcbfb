// Puts load on a server of this machine and prints as JSON what came of it.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/benchmark/load/closed_loop.h"
#include "tools/benchmark/load/import.h"
#include "tools/benchmark/load/target.h"
#include "tools/benchmark/load/workload.h"
#include "tools/benchmark/percentiles.h"

namespace roster::benchmark {
namespace {

struct Flags {
  Target target;
  LoopOptions loop;
  std::string workload;
  std::string account_id;
  std::string subjects_file;
  uint64_t first = 0;
  uint64_t rows = 0;
  double seconds = 1;
  double warm_up_seconds = 0.3;
};

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "load: %s\n", std::string(status.message()).c_str());
  return 1;
}

// A line for each: `user` and the id, `page` and its token.
absl::Status Save(const Subjects& subjects, const std::string& file) {
  std::ofstream out(file);
  for (const std::string& id : subjects.user_ids) out << "user " << id << "\n";
  for (const std::string& token : subjects.page_tokens) out << "page " << token << "\n";
  out.close();
  return out ? absl::OkStatus() : absl::UnavailableError("can't write " + file);
}

absl::StatusOr<Subjects> Read(const Flags& flags) {
  Subjects subjects;
  subjects.account_id = flags.account_id;
  subjects.first_person = flags.first;
  if (flags.subjects_file.empty()) return subjects;
  std::ifstream in(flags.subjects_file);
  if (!in) return absl::InvalidArgumentError("can't read " + flags.subjects_file);
  for (std::string line; std::getline(in, line);) {
    auto& list = line.starts_with("user ") ? subjects.user_ids : subjects.page_tokens;
    list.push_back(line.substr(5));
  }
  return subjects;
}

void Print(const Measured& measured) {
  const double seconds = absl::ToDoubleSeconds(measured.took);
  const auto calls = static_cast<double>(measured.times.size());
  const double cpu_us = absl::ToDoubleMicroseconds(measured.server_cpu);
  const Percentiles refused = PercentilesOf(measured.refused);
  const std::string errors =
      absl::StrJoin(measured.errors, ", ", [](std::string* out, const auto& error) {
        absl::StrAppend(out, "\"", error.first, "\": ", error.second);
      });
  std::printf(
      "{\"calls\": %.0f, \"seconds\": %.6f, \"rate\": %.1f, \"cpu_us\": %.3f, %s, "
      "\"started\": %llu, \"refused_p50_us\": %.1f, \"refused_p99_us\": %.1f, \"errors\": {%s}}\n",
      calls, seconds, calls / seconds, calls > 0 ? cpu_us / calls : 0.0,
      ToJson(PercentilesOf(measured.times)).c_str(),
      static_cast<unsigned long long>(measured.started), absl::ToDoubleMicroseconds(refused.p50),
      absl::ToDoubleMicroseconds(refused.p99), errors.c_str());
}

int Run(Flags flags) {
  flags.loop.measured = absl::Seconds(flags.seconds);
  flags.loop.warm_up = absl::Seconds(flags.warm_up_seconds);
  auto subjects = Read(flags);
  if (!subjects.ok()) return Fail(subjects.status());
  const auto workload = FindWorkload(flags.workload, *std::move(subjects));
  if (!workload.ok()) return Fail(workload.status());
  const auto measured = RunLoop(flags.target, *workload, flags.loop);
  if (!measured.ok()) return Fail(measured.status());
  Print(*measured);
  return 0;
}

int Import(const Flags& flags) {
  const auto imported = ImportPeople(flags.target, flags.account_id, flags.first, flags.rows);
  if (!imported.ok()) return Fail(imported.status());
  const double seconds = absl::ToDoubleSeconds(imported->took);
  const auto created = static_cast<double>(imported->created);
  std::printf(
      "{\"calls\": %.0f, \"seconds\": %.6f, \"rate\": %.1f, \"cpu_us\": %.3f, "
      "\"failed\": %llu}\n",
      created, seconds, created / seconds,
      absl::ToDoubleMicroseconds(imported->server_cpu) / created,
      static_cast<unsigned long long>(imported->failed));
  return imported->failed == 0 ? 0 : Fail(absl::InternalError("rows of the import failed"));
}

int TakeSurvey(const Flags& flags) {
  const auto subjects = Survey(flags.target, flags.account_id);
  if (!subjects.ok()) return Fail(subjects.status());
  if (auto status = Save(*subjects, flags.subjects_file); !status.ok()) return Fail(status);
  std::printf("{\"users\": %zu}\n", subjects->user_ids.size());
  return 0;
}

void Declare(CLI::App& app, Flags& flags) {
  app.require_subcommand(1);
  app.add_option("--port", flags.target.port, "Port of the server on 127.0.0.1")->required();
  app.add_option("--pid", flags.target.pid, "Process of the server")->required();
  app.add_option("--account", flags.account_id, "Id of the account");
  app.add_option("--subjects", flags.subjects_file, "File with ids and pages of the account");
  app.add_option("--first", flags.first, "Number of the first person who is not a user yet");
  auto* run = app.add_subcommand("run", "Run a workload in a closed loop")->fallthrough();
  run->add_option("workload", flags.workload)->required();
  run->add_option("--in-flight", flags.loop.in_flight)->check(CLI::Range(1, 65'536));
  run->add_option("--channels", flags.loop.channels)->check(CLI::Range(1, 1024));
  run->add_option("--seconds", flags.seconds)->check(CLI::Range(0.05, 600.0));
  run->add_option("--warm-up", flags.warm_up_seconds)->check(CLI::Range(0.0, 600.0));
  run->add_option("--most-calls", flags.loop.most_calls);
  auto* import = app.add_subcommand("import", "Import people")->fallthrough();
  import->add_option("--rows", flags.rows)->required()->check(CLI::Range(1, 10'000'000));
  app.add_subcommand("survey", "Write the ids and pages of the account to --subjects")
      ->fallthrough();
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Puts load on a server of this machine. The token is the environment's ROSTER_TOKEN.",
      "load");
  Flags flags;
  Declare(app, flags);
  CLI11_PARSE(app, argc, argv);
  const char* token = std::getenv("ROSTER_TOKEN");
  if (token != nullptr) flags.target.token = token;
  if (app.got_subcommand("import")) return Import(flags);
  return app.got_subcommand("survey") ? TakeSurvey(flags) : Run(flags);
}

}  // namespace
}  // namespace roster::benchmark

int main(int argc, char** argv) { return roster::benchmark::Main(argc, argv); }
