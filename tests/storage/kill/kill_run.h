// Kills engines on one store after the other, and looks at what each kill leaves.

#ifndef ROSTER_TESTS_STORAGE_KILL_KILL_RUN_H_
#define ROSTER_TESTS_STORAGE_KILL_KILL_RUN_H_

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/storage/kill/engine_process.h"
#include "tests/storage/kill/history.h"

namespace roster::storage {

struct KillFigures {
  int kills = 0;
  int starts_killed = 0;
  int stops_killed = 0;
  int stopped = 0;  // before the kill came
  size_t told = 0;
  size_t repeats = 0;
  size_t untold = 0;
  std::vector<double> opens_ms;  // after a kill, in the engine and here

  void Add(const KillFigures& other);
};

// As a line, without its end, and back; nothing when it is no such line.
std::string ToLine(const KillFigures& figures);
std::optional<KillFigures> ParseFigures(const std::string& line);

struct KillRunOptions {
  std::string parent;  // directory for the stores
  uint64_t seed = 0;
  int cycles = 0;      // kills, fewer once something is found
  std::string mutant;  // empty: the engine as it is
};

// Not for a process that forks elsewhere: until its exec such a child holds the locks of stores.
class KillRun {
 public:
  explicit KillRun(KillRunOptions options) : options_(std::move(options)), random_(options_.seed) {}

  void Run();

  // What is wrong; empty when all is well.
  const std::vector<std::string>& findings() const { return findings_; }
  const KillFigures& stats() const { return figures_; }

 private:
  enum class When { kWhileStarting, kUnderLoad, kWhileStopping };

  struct Subject;

  void RunOnStore(int cycles);
  void Cycle(Subject& subject, When when);
  void Kill(EngineProcess& engine, When when);
  void Hear(Subject& subject, const std::string& line);
  void Check(Subject& subject);
  void WriteAgain(const Subject& subject);
  When Draw();
  absl::Duration Between(int least_us, int most_us);

  const KillRunOptions options_;
  std::mt19937_64 random_;
  int cycle_ = 0;
  bool opened_ = false;
  bool stopped_ = false;
  bool answered_ = false;
  std::vector<std::string> findings_;
  KillFigures figures_;
};

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_KILL_KILL_RUN_H_
