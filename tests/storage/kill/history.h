// Compares the answers that callers got with the store that a crash has left.
//
// Every change that was answered is in the log at its position, once and whole, in the order of
// time; one that was not answered is there once or not at all; a repeat gets the first answer; the
// views are the fold of the log; a user whose erasure was answered is erased.

#ifndef ROSTER_TESTS_STORAGE_KILL_HISTORY_H_
#define ROSTER_TESTS_STORAGE_KILL_HISTORY_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/world/memory_world.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/log/log.h"
#include "storage/store/erasure_list.h"
#include "storage/vault/vault.h"
#include "storage/views/views.h"
#include "tests/storage/kill/load.h"

namespace roster::storage {

// A store that was opened after a crash.
struct Reopened {
  Log& log;
  Views& views;
  Vault& vault;
  const ErasureList& list_before;  // as it was before the store was opened
};

// Thread-compatible. Ask and Tell are called in an order that could be that of time: an answer that
// was given before a question was asked comes before it here too.
class History {
 public:
  // Of a store that has these commits.
  explicit History(const std::vector<event::v1::Commit>& first);

  void Ask(const Command& command);
  void Tell(const std::string& request_id, const Answer& answer);
  // No answer is given any more to the questions that are open.
  void Crash();

  // Reads what the log has got since the last time, and compares.
  void Compare(const Reopened& store);

  // What was asked and not told until the last comparison: it shall be asked again.
  const std::vector<Command>& in_doubt() const { return in_doubt_; }

  // What is wrong; empty when all is well.
  const std::vector<std::string>& findings() const { return findings_; }
  void Find(const std::string& what) { findings_.push_back(what); }

  size_t told() const { return told_; }  // accepted, without repeats
  size_t repeats() const { return repeats_; }
  size_t untold() const { return untold_; }  // in the log, but never answered
  Position head() const { return requests_in_log_.size(); }

 private:
  struct Request {
    Command command;
    Position told_before = 0;    // the last position that was told to anyone before it was asked
    int open = 0;                // asked and not told yet
    bool in_doubt = false;       // asked and never told
    std::optional<Answer> told;  // what it was told, or must be told from now on
  };

  void TellAccepted(Request& request, const Answer& answer);
  void ReadLog(const Reopened& store);
  void Place(const event::v1::Commit& commit);
  void CompareTold();
  void Fold(const Reopened& store, event::v1::Commit commit);
  void CompareViews(const domain::World& world);
  void CompareErased(const Reopened& store);

  std::map<std::string, Request> requests_;
  std::vector<std::string> requests_in_log_;     // by position, from 1; empty: of the first commits
  std::map<Position, std::string> told_in_run_;  // request ids
  std::map<Position, std::string> erasures_told_;  // users, by position
  std::map<Position, Erasure> erasures_;           // in the log
  Position last_told_ = 0;
  std::string last_record_;
  std::vector<Command> in_doubt_;
  domain::MemoryWorld world_;
  std::vector<std::string> findings_;
  size_t told_ = 0;
  size_t repeats_ = 0;
  size_t untold_ = 0;
};

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_KILL_HISTORY_H_
