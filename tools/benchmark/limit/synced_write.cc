// Writes the rows of new users straight into RocksDB, each group with one sync, and prints as JSON
// how long a group took and how many users a second that makes.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "tools/benchmark/limit/raw_store.h"
#include "tools/benchmark/limit/rows.h"
#include "tools/benchmark/percentiles.h"

namespace roster::benchmark {
namespace {

struct Flags {
  std::string directory;
  uint64_t filled = 0;
  uint64_t groups = 1000;
  uint64_t commits_per_group = 1;
  uint64_t users_per_commit = 1;
};

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "synced_write: %s\n", std::string(status.message()).c_str());
  return 1;
}

// Rows are made before the clock runs: only the writing is the limit.
std::vector<CommitRows> MakeCommits(const Flags& flags) {
  std::vector<CommitRows> commits;
  commits.reserve(flags.groups * flags.commits_per_group);
  uint64_t next = flags.filled;
  for (uint64_t i = 0; i < flags.groups * flags.commits_per_group; ++i) {
    commits.push_back(RowsOf(next, flags.users_per_commit));
    next += flags.users_per_commit;
  }
  return commits;
}

int Run(const Flags& flags) {
  std::filesystem::create_directories(flags.directory);
  auto store = RawStore::Create(flags.directory);
  if (!store.ok()) return Fail(store.status());
  if (auto keys = (*store)->Fill(flags.filled); !keys.ok()) return Fail(keys.status());
  const std::vector<CommitRows> commits = MakeCommits(flags);
  std::vector<absl::Duration> times;
  std::vector<const CommitRows*> group;
  const absl::Time began = absl::Now();
  for (const CommitRows& commit : commits) {
    group.push_back(&commit);
    if (group.size() < flags.commits_per_group) continue;
    const absl::Time at = absl::Now();
    if (auto status = (*store)->Write(group); !status.ok()) return Fail(status);
    times.push_back(absl::Now() - at);
    group.clear();
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  const uint64_t users = commits.size() * flags.users_per_commit;
  const size_t groups = times.size();
  std::printf("{\"groups\": %zu, \"calls\": %zu, \"seconds\": %.6f, \"rate\": %.1f, %s}\n", groups,
              static_cast<size_t>(users), seconds, static_cast<double>(users) / seconds,
              ToJson(PercentilesOf(std::move(times))).c_str());
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app("Writes rows of users straight into RocksDB.", "synced_write");
  Flags flags;
  app.add_option("--dir", flags.directory, "A new directory for the rows")->required();
  app.add_option("--filled", flags.filled, "Users that are there before");
  app.add_option("--groups", flags.groups, "Groups to write")->check(CLI::Range(1, 1000000));
  app.add_option("--commits-per-group", flags.commits_per_group)->check(CLI::Range(1, 512));
  app.add_option("--users-per-commit", flags.users_per_commit)->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  return Run(flags);
}

}  // namespace
}  // namespace roster::benchmark

int main(int argc, char** argv) { return roster::benchmark::Main(argc, argv); }
