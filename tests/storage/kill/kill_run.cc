#include "tests/storage/kill/kill_run.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "storage/store/erasure_list.h"
#include "storage/store/store.h"
#include "tests/storage/kill/load.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

constexpr int kCyclesOfAStore = 25;  // keeps the comparison with the whole store cheap
constexpr int kScale = 12;           // how much faster than a kill after 5 to 500 ms
constexpr size_t kEnoughFindings = 3;
constexpr int kCounts = 7;

}  // namespace

void KillFigures::Add(const KillFigures& other) {
  kills += other.kills;
  starts_killed += other.starts_killed;
  stops_killed += other.stops_killed;
  stopped += other.stopped;
  told += other.told;
  repeats += other.repeats;
  untold += other.untold;
  opens_ms.insert(opens_ms.end(), other.opens_ms.begin(), other.opens_ms.end());
}

std::string ToLine(const KillFigures& figures) {
  return absl::StrCat(figures.kills, " ", figures.starts_killed, " ", figures.stops_killed, " ",
                      figures.stopped, " ", figures.told, " ", figures.repeats, " ", figures.untold,
                      " ", absl::StrJoin(figures.opens_ms, " "));
}

std::optional<KillFigures> ParseFigures(const std::string& line) {
  std::vector<double> numbers;
  for (const std::string& word : std::vector<std::string>(absl::StrSplit(line, ' '))) {
    double number = 0;
    if (!absl::SimpleAtod(word, &number)) return std::nullopt;
    numbers.push_back(number);
  }
  if (numbers.size() < kCounts) return std::nullopt;
  const auto count = [&](size_t i) { return static_cast<size_t>(numbers[i]); };
  KillFigures figures{static_cast<int>(count(0)),
                      static_cast<int>(count(1)),
                      static_cast<int>(count(2)),
                      static_cast<int>(count(3)),
                      count(4),
                      count(5),
                      count(6),
                      {}};
  figures.opens_ms.assign(numbers.begin() + kCounts, numbers.end());
  return figures;
}

// A store of its own, and all that was told about it.
struct KillRun::Subject {
  explicit Subject(const std::string& parent) : directory(parent) {}

  TempDirectory directory;
  StorePaths paths = StorePaths::Beside(directory / "data");
  std::string again = directory / "again";
  History history{FirstCommits()};
  bool has_views = false;  // some engine has opened it: none before has to leave whole ones
};

absl::Duration KillRun::Between(int least_us, int most_us) {
  return absl::Microseconds(std::uniform_int_distribution(least_us, most_us)(random_));
}

void KillRun::Run() {
  while (cycle_ < options_.cycles && findings_.empty()) {
    RunOnStore(std::min(kCyclesOfAStore, options_.cycles - cycle_));
  }
}

void KillRun::RunOnStore(int cycles) {
  Subject subject(options_.parent);
  const absl::Status made = InitStore(subject.paths, FirstCommits());
  if (!made.ok()) return findings_.push_back(made.ToString());
  for (int i = 0; i < cycles && findings_.empty(); ++i) {
    const When when = i + 1 < cycles ? Draw() : When::kUnderLoad;
    Cycle(subject, when);
    // The next engine shall meet what this kill left, now and then.
    if (when != When::kWhileStarting) Check(subject);
    const auto& found = subject.history.findings();
    for (size_t k = 0; k < std::min(found.size(), kEnoughFindings); ++k) {
      findings_.push_back(absl::StrCat("cycle ", cycle_, ": ", found[k]));
    }
  }
  figures_.told += subject.history.told();
  figures_.repeats += subject.history.repeats();
  figures_.untold += subject.history.untold();
}

KillRun::When KillRun::Draw() {
  const uint64_t drawn = random_() % 10;
  return drawn < 2 ? When::kWhileStarting : drawn < 4 ? When::kWhileStopping : When::kUnderLoad;
}

void KillRun::Cycle(Subject& subject, When when) {
  ++cycle_;
  opened_ = stopped_ = answered_ = false;
  WriteAgain(subject);
  std::vector<std::string> arguments = {ROSTER_ENGINE_PROGRAM, subject.paths.directory,
                                        absl::StrCat("c", cycle_), absl::StrCat(random_()),
                                        subject.again};
  if (!options_.mutant.empty()) arguments.push_back(options_.mutant);
  EngineProcess engine(arguments, [&](const std::string& line) { Hear(subject, line); });
  Kill(engine, when);
  subject.history.Crash();
}

void KillRun::Kill(EngineProcess& engine, When when) {
  if (when == When::kWhileStarting) {
    engine.ListenUntil(absl::Now() + Between(0, 60'000));
  } else {
    const absl::Time patience = absl::Now() + absl::Seconds(20);
    while (!answered_ && absl::Now() < patience) {
      if (!engine.ListenUntil(absl::Now() + absl::Milliseconds(1))) break;
    }
    engine.ListenUntil(absl::Now() + Between(5'000 / kScale, 500'000 / kScale));
  }
  if (when == When::kWhileStopping) {
    engine.Signal(SIGTERM);
    engine.ListenUntil(absl::Now() + Between(0, 15'000));
  }
  const bool by_signal = engine.Kill();
  if (!by_signal && !stopped_) findings_.push_back("the engine ended by itself");
  ++figures_.kills;
  figures_.stopped += stopped_ ? 1 : 0;
  figures_.starts_killed += opened_ ? 0 : 1;
  figures_.stops_killed += when == When::kWhileStopping && !stopped_ ? 1 : 0;
}

void KillRun::Hear(Subject& subject, const std::string& line) {
  absl::string_view rest = line;
  if (absl::ConsumePrefix(&rest, "ask ")) {
    if (auto command = ParseCommand(std::string(rest))) return subject.history.Ask(*command);
  } else if (absl::ConsumePrefix(&rest, "told ")) {
    answered_ = true;
    const size_t end = rest.find(' ');
    if (auto answer = ParseAnswer(std::string(rest.substr(end + 1)))) {
      return subject.history.Tell(std::string(rest.substr(0, end)), *answer);
    }
  } else if (absl::ConsumePrefix(&rest, "open ")) {
    opened_ = subject.has_views = true;
    return figures_.opens_ms.push_back(std::stod(std::string(rest)));
  } else if (rest == "stopped") {
    stopped_ = true;
    return;
  } else if (absl::ConsumePrefix(&rest, "said ")) {
    // A kill costs no view that was there.
    if (!subject.has_views || rest.find("dropped") == absl::string_view::npos) return;
  }
  subject.history.Find(line);
}

void KillRun::Check(Subject& subject) {
  History& history = subject.history;
  const absl::Status verified = VerifyStore(subject.paths);
  if (!verified.ok()) return history.Find(verified.ToString());
  const auto list = ErasureList::Open(subject.paths.erasure_list());
  if (!list.ok()) return history.Find(list.status().ToString());
  const absl::Time began = absl::Now();
  StoreOptions options;
  options.paths = subject.paths;
  options.cache_bytes = 16 << 20;
  options.purge_after = absl::ZeroDuration();
  auto store = OpenStore(options, [&](std::string_view line) {
    if (line.find("dropped") != std::string_view::npos) history.Find(std::string(line));
  });
  if (!store.ok()) return history.Find(store.status().ToString());
  figures_.opens_ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - began));
  history.Compare({(*store)->log(), (*store)->views(), (*store)->vault(), **list});
}

void KillRun::WriteAgain(const Subject& subject) {
  std::ofstream file(subject.again, std::ios::trunc);
  for (const Command& command : subject.history.in_doubt()) file << ToLine(command) << '\n';
}

}  // namespace roster::storage
