// engine DIRECTORY NAME SEED AGAIN [MUTANT]: a store under load, until SIGTERM or worse.
//
// Says on its standard output, a line each, what it does: `open <ms>`, `ask <command>` before a
// command is submitted, `told <request id> <answer>` when it is answered, `stopped` at the end.
// AGAIN is a file with commands that are asked first. NAME begins all its request ids.

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/pipeline/pipeline.h"
#include "storage/store/store.h"
#include "tests/storage/kill/load.h"

namespace roster::storage {
namespace {

constexpr int kThreads = 4;

// One write, so that lines of several threads do not mix.
void Say(const std::string& line) {
  const std::string whole = line + "\n";
  if (write(STDOUT_FILENO, whole.data(), whole.size()) < 0) std::_Exit(4);
}

[[noreturn]] void Fail(std::string_view what) {
  Say(absl::StrCat("failed ", std::string(what)));
  std::_Exit(3);
}

// Views that lose the rows of one table now and then.
class LossyViews final : public Views {
 public:
  explicit LossyViews(Views& views) : views_(views) {}
  Version Latest() const override { return views_.Latest(); }
  absl::StatusOr<Version> Apply(const domain::Changes& changes) override {
    domain::Changes less = changes;
    if (changes.position % 2 == 0) less.of(domain::Table::kSubjects).rows.clear();
    return views_.Apply(less);
  }
  absl::Status Purge() override { return views_.Purge(); }

 private:
  Views& views_;
};

class Engine {
 public:
  Engine(Store& store, const std::string& name, uint64_t seed, std::string mutant)
      : mutant_(std::move(mutant)),
        lossy_(store.views()),
        load_(name, seed, *store.views().Latest()),
        pipeline_(store.log(), mutant_ == "lossy-views" ? lossy_ : store.views(), store.vault(),
                  OptionsOf(store)) {}

  void Run(std::vector<Command> again) {
    for (const Command& command : again) load_.Add(command);
    for (int thread = 0; thread < kThreads; ++thread) {
      std::vector<Command> mine;
      for (size_t i = thread; i < again.size(); i += kThreads) mine.push_back(again[i]);
      threads_.emplace_back([this, thread, mine = std::move(mine)] { Ask(thread, mine); });
    }
  }

  void Stop() {
    stopping_ = true;
    pipeline_.Stop();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  PipelineOptions OptionsOf(Store& store) {
    PipelineOptions options;
    options.on_failure = [](const absl::Status& failure) { Fail(failure.ToString()); };
    if (mutant_ == "answers-before-erasing") return options;
    options.erase = [&store](const std::vector<Erasure>& erasures, std::function<void()> done) {
      store.eraser().Erase(erasures, std::move(done));
    };
    return options;
  }

  void Ask(int thread, const std::vector<Command>& first) {
    for (int i = 0; !stopping_; ++i) {
      const bool again = static_cast<size_t>(i) < first.size();
      AskOne(again ? first[i] : load_.Next(), absl::StrCat(thread, "x", i));
    }
  }

  void AskOne(const Command& command, const std::string& attempt) {
    std::binary_semaphore told(0);
    const auto tell = [&](const Answer& answer) {
      load_.Learn(answer);
      Say(absl::StrCat("told ", command.request_id, " ", ToLine(answer)));
    };
    // That of an erasure is found sooner, and by other means.
    const bool early =
        mutant_ == "answers-before-committing" && command.operation != Operation::kErase;
    Proposal proposal = ToProposal(command, attempt, [&](const Answer& answer) {
      if (!early || !answer.accepted || answer.repeated) tell(answer);
      told.release();
    });
    if (early) {
      const std::string user_id =
          proposal.receipt().ids_size() > 0 ? proposal.receipt().ids(0) : command.user_id;
      proposal.reply = [&tell, user_id](const domain::World&, const Outcome& outcome) {
        tell({true, false, outcome.changed, outcome.position, user_id, "-"});
      };
    }
    // The request is kept under the commit's account and looked for under another.
    if (mutant_ == "forgets-requests") proposal.request->account_id = "elsewhere";
    Say(absl::StrCat("ask ", ToLine(command)));
    pipeline_.Submit(std::move(proposal));
    told.acquire();
  }

  const std::string mutant_;
  LossyViews lossy_;
  Load load_;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> threads_;
  Pipeline pipeline_;
};

std::vector<Command> ReadCommands(const std::string& path) {
  std::vector<Command> commands;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (auto command = ParseCommand(line)) commands.push_back(*std::move(command));
  }
  return commands;
}

int Main(const std::vector<std::string>& arguments) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);  // before there are threads
  const auto began = std::chrono::steady_clock::now();
  StoreOptions options;
  options.paths = StorePaths::Beside(arguments[1]);
  options.cache_bytes = 16 << 20;
  options.purge_after = absl::ZeroDuration();  // so that kills come while it purges
  options.on_damage = [](std::string_view what) { Fail(what); };
  options.on_failure = [](const absl::Status& failure) { Fail(failure.ToString()); };
  absl::StatusOr<std::unique_ptr<Store>> store = OpenStore(
      options, [](std::string_view line) { Say(absl::StrCat("said ", std::string(line))); });
  if (!store.ok()) Fail(store.status().ToString());
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  Say(absl::StrCat("open ", took.count()));
  {
    Engine engine(**store, arguments[2], std::stoull(arguments[3]),
                  arguments.size() > 5 ? arguments[5] : "");
    engine.Run(ReadCommands(arguments[4]));
    int signal = 0;
    sigwait(&stop, &signal);
    engine.Stop();
  }
  store->reset();
  Say("stopped");
  return 0;
}

}  // namespace
}  // namespace roster::storage

// ThreadSanitizer starts a symbolizer for the suppressions. Between its fork and its exec it holds
// the lock of the directory, even when this process is killed. Names of modules, which are all that
// the suppressions need, are known without it.
// NOLINTNEXTLINE: the name is given
extern "C" const char* __tsan_default_options() { return "symbolize=0"; }

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: engine DIRECTORY NAME SEED AGAIN [MUTANT]\n");
    return 2;
  }
  return roster::storage::Main({argv, argv + argc});
}
