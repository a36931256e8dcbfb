// Commands for a store under test, by the domain's own decisions, and what their callers are told.

#ifndef ROSTER_TESTS_STORAGE_KILL_LOAD_H_
#define ROSTER_TESTS_STORAGE_KILL_LOAD_H_

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/log/log.h"
#include "storage/pipeline/proposal.h"

namespace roster::storage {

enum class Operation {
  kCreate,
  kUpdate,
  kChangeRole,
  kDisable,
  kEnable,
  kDelete,
  kRestore,
  kErase
};

// The request of a caller; a repeat is the same.
struct Command {
  std::string request_id;
  Operation operation = Operation::kCreate;
  std::string user_id;  // the user that it is about; "-" when it creates one
};

// The answer to the caller.
struct Answer {
  bool accepted = false;
  bool repeated = false;  // an answer was given before, or could have been
  bool changed = false;
  Position position = 0;
  std::string user_id;
  std::string reason;  // "-" when accepted
};

// One line, without its end, and back; nothing when it is no such line.
std::string ToLine(const Command& command);
std::string ToLine(const Answer& answer);
std::optional<Command> ParseCommand(const std::string& line);
std::optional<Answer> ParseAnswer(const std::string& line);

// The first commits of a store for the load: an account, and the service account that asks.
std::vector<event::v1::Commit> FirstCommits();

// The proposal of the command. Each attempt gives the user that it creates another id.
Proposal ToProposal(const Command& command, const std::string& attempt,
                    std::function<void(const Answer&)> done);

// What is wrong with the commit of a command, by its own content; empty: it is whole.
std::string WhatIsHalf(const Command& command, const event::v1::Commit& commit);

// Draws commands. Thread-safe.
class Load {
 public:
  // Request ids begin with `name`. Users in the world are known from the beginning.
  Load(const std::string& name, uint64_t seed, const domain::World& world);

  // A new command or, now and then, one that was given before.
  Command Next();
  // A command of another caller, which may be given again.
  void Add(const Command& command);
  // Takes in what was told.
  void Learn(const Answer& answer);

 private:
  Command Draw();

  const std::string name_;
  std::mutex mutex_;
  // All guarded by mutex_.
  std::mt19937_64 random_;
  std::vector<std::string> user_ids_;
  std::vector<Command> given_;
};

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_KILL_LOAD_H_
