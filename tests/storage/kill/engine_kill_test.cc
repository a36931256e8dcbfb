// SIGKILL of the whole engine under load, while it starts and while it stops: nothing that was told
// is lost, nothing is half there, and every mutant that breaks a promise is found.
//
// ROSTER_KILL_CYCLES says how many kills (200); ROSTER_KILL_SEED another seed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "tests/storage/kill/engine_process.h"
#include "tests/storage/kill/kill_run.h"

namespace roster::storage {
namespace {

using testing::IsEmpty;
using testing::Not;

// Runs beside each other, each with stores of its own: one on the disk, with few cycles because it
// waits for syncs, the others in memory. SIGKILL takes nothing from either that the kernel has.
constexpr int kRuns = 4;
constexpr int kShareOfTheDisk = 8;
constexpr char kMemory[] = "/dev/shm";
constexpr absl::Duration kPatience = absl::Hours(10);

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  uint64_t number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : otherwise;
}

std::string InMemory() {
  return std::filesystem::is_directory(kMemory) ? kMemory : testing::TempDir();
}

// What the runs of other processes say.
struct Heard {
  KillFigures figures;
  std::vector<std::string> findings;
  int ended = 0;

  void operator()(const std::string& line) {
    absl::string_view rest = line;
    if (absl::ConsumePrefix(&rest, "found ")) return findings.emplace_back(rest), void();
    const auto some = ParseFigures(line);
    if (!some) return findings.push_back(line);
    figures.Add(*some);
    ++ended;
  }
};

// In a process of its own, because its children must not hold locks of other runs.
int RunAlone(const std::vector<std::string>& arguments) {
  KillRun run({.parent = arguments.at(2),
               .seed = std::stoull(arguments.at(3)),
               .cycles = std::stoi(arguments.at(4))});
  run.Run();
  for (const std::string& finding : run.findings()) std::printf("found %s\n", finding.c_str());
  std::printf("%s\n", ToLine(run.stats()).c_str());
  return 0;
}

Heard RunBesideEachOther(uint64_t seed, int cycles) {
  Heard heard;
  const int on_disk = cycles / kShareOfTheDisk;
  std::vector<std::unique_ptr<EngineProcess>> runs;
  for (int run = 0; run < kRuns; ++run) {
    const int share = run == 0 ? on_disk : (cycles - on_disk + run - 1) / (kRuns - 1);
    runs.push_back(std::make_unique<EngineProcess>(
        std::vector<std::string>{"/proc/self/exe", "run",
                                 run == 0 ? testing::TempDir() : InMemory(),
                                 absl::StrCat(seed + run), absl::StrCat(share)},
        std::ref(heard)));
  }
  for (const auto& run : runs) run->ListenUntil(absl::Now() + kPatience);
  return heard;
}

void Print(const KillFigures& figures, absl::Duration took) {
  std::printf(
      "%d kills (%d of starts, %d of stops, %d came too late): %zu told; %zu repeats; %zu in the "
      "log untold; %.1f s\n",
      figures.kills, figures.starts_killed, figures.stops_killed, figures.stopped, figures.told,
      figures.repeats, figures.untold, absl::ToDoubleSeconds(took));
  std::vector<double> opens = figures.opens_ms;
  std::sort(opens.begin(), opens.end());
  if (opens.empty()) return;
  std::printf("open after a kill: min %.0f ms, median %.0f ms, max %.0f ms\n", opens.front(),
              opens[opens.size() / 2], opens.back());
}

TEST(EngineKill, LosesNothingThatWasTold) {
  const int cycles = static_cast<int>(FromEnvironment("ROSTER_KILL_CYCLES", 200));
  const uint64_t seed = FromEnvironment("ROSTER_KILL_SEED", 20'261'123);
  std::printf("seed %ju\n", static_cast<uintmax_t>(seed));
  const absl::Time began = absl::Now();
  const Heard heard = RunBesideEachOther(seed, cycles);
  Print(heard.figures, absl::Now() - began);
  EXPECT_THAT(heard.findings, IsEmpty());
  EXPECT_EQ(heard.ended, kRuns);
  EXPECT_EQ(heard.figures.kills, cycles);
  EXPECT_GT(heard.figures.told, heard.figures.repeats);
  EXPECT_GT(heard.figures.repeats, 0u);
  EXPECT_GT(heard.figures.starts_killed, 0);
}

class EngineKillMutant : public testing::TestWithParam<std::string> {};

TEST_P(EngineKillMutant, IsFound) {
  // It ends with the first finding. Views that are wrong are found only once they were flushed,
  // which takes an erasure: on busy cores one kill in 25 comes after one.
  KillRun run({.parent = InMemory(), .seed = 1, .cycles = 400, .mutant = GetParam()});
  run.Run();
  ASSERT_THAT(run.findings(), Not(IsEmpty()));
  std::printf("after %d kills: %s\n", run.stats().kills, run.findings().front().c_str());
}

INSTANTIATE_TEST_SUITE_P(All, EngineKillMutant,
                         testing::Values("answers-before-committing", "answers-before-erasing",
                                         "forgets-requests", "lossy-views"),
                         [](const auto& mutant) {
                           std::string name = mutant.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace roster::storage

// engine_kill_test run PARENT SEED CYCLES: one of the runs beside each other.
int main(int argc, char** argv) {
  if (argc == 5 && std::string(argv[1]) == "run") {
    return roster::storage::RunAlone({argv, argv + argc});
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
