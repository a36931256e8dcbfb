// Random histories of two accounts, made by decisions: what could happen, in an order that nobody
// thought of. The same seed gives the same history on every machine.

#ifndef ROSTER_TESTS_DOMAIN_HISTORY_H_
#define ROSTER_TESTS_DOMAIN_HISTORY_H_

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "domain/base/command.h"
#include "domain/fold.h"
#include "domain/world/memory_world.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {

// Folds a commit into a world.
void FoldInto(MemoryWorld& world, const event::v1::Commit& commit);

// The commit as it is read once these users' keys are gone, named by their key ids.
template <typename KeyIds>
event::v1::Commit Forgetting(event::v1::Commit commit, const KeyIds& forgotten) {
  for (event::v1::Event& event : *commit.mutable_events()) {
    if (forgotten.count(event.sealed().key_id()) != 0) event.clear_personal();
  }
  return commit;
}

// Users are created, changed, given roles, disabled, enabled, deleted, restored and erased, with
// few emails and names for many users, so that one follows another. Some commands carry a request
// id, and some of those change nothing. Thread-compatible.
class History {
 public:
  explicit History(uint64_t seed) : random_(seed) {}

  // The next commit: opened, and sealed plainly under keys that count from 1. It is in world().
  event::v1::Commit Next();
  // The next ones.
  std::vector<event::v1::Commit> Take(size_t count);

  const MemoryWorld& world() const { return world_; }
  // The keys of those who were erased so far, with the position at which.
  const std::map<KeyId, Position>& erased() const { return erased_; }

 private:
  struct Account {
    std::string id;
    event::v1::Preset preset;
    std::vector<std::string> roles;
    std::vector<std::string> users;  // those who are not erased
  };

  size_t Any(size_t count) { return random_() % count; }
  Events Begin(Account& account);
  absl::StatusOr<Events> Decide(Account& account, const Caller& caller);
  absl::StatusOr<Events> Create(Account& account, const Caller& caller);
  absl::StatusOr<Events> Change(const std::string& account_id, const std::string& user_id,
                                const Account& account, const Caller& caller);
  event::v1::PersonalData AnyPerson();
  event::v1::Commit Record(Account& account, const Caller& caller, Events events);

  std::mt19937_64 random_;  // specified to the bit, unlike the distributions
  MemoryWorld world_;
  absl::Time at_ = absl::FromUnixSeconds(1'700'000'000);
  KeyId last_key_ = 0;
  int made_users_ = 0;
  std::map<KeyId, Position> erased_;
  std::vector<Account> accounts_ = {
      {"acme", event::v1::PRESET_ROLE_MATRIX, {"super_admin", "admin", "viewer"}, {}},
      {"apps",
       event::v1::PRESET_APPLICATIONS,
       {"account_owner", "user_manager", "super_admin"},
       {}}};
};

}  // namespace roster::domain

#endif  // ROSTER_TESTS_DOMAIN_HISTORY_H_
