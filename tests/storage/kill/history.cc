#include "tests/storage/kill/history.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "domain/fold.h"
#include "domain/world/overlay.h"
#include "storage/store/eraser.h"
#include "storage/vault/sealing.h"
#include "tests/support/purged.h"

namespace roster::storage {
namespace {

using domain::PurgedRows;
using domain::Table;
using event::v1::Commit;

// Reasons that say that nothing was done. All others are of a storage that fails, for which these
// tests give no cause.
const std::set<std::string>& Refusals() {
  static const std::set<std::string> kRefusals = {
      "USER_NOT_FOUND", "USER_DELETED",      "USER_DISABLED", "USER_NOT_DELETED",
      "EMAIL_TAKEN",    "REVISION_MISMATCH", "SHUTTING_DOWN"};
  return kRefusals;
}

std::string Same(const Answer& one, const Answer& other) {
  if (one.position != other.position) return "position";
  if (one.changed != other.changed) return "changed";
  return one.user_id == other.user_id ? "" : "user";
}

Answer AsTold(const Command& command, const Commit& commit) {
  const bool creates = command.operation == Operation::kCreate && commit.events_size() > 0;
  return {.accepted = true,
          .changed = commit.events_size() > 0,
          .position = commit.position(),
          .user_id = creates ? commit.events(0).user_created().user_id() : command.user_id};
}

using Rows = std::map<std::string, std::string>;

// The first row that only one of the two has, or has otherwise, in letters and numbers.
std::string FirstDifference(const Rows& in_views, const Rows& folded) {
  const auto [one, other] =
      std::mismatch(in_views.begin(), in_views.end(), folded.begin(), folded.end());
  const auto text = [](auto row, const Rows& rows) {
    return row == rows.end() ? "none" : absl::CEscape(absl::StrCat(row->first, " = ", row->second));
  };
  return absl::StrCat("; first, in the views: ", text(one, in_views),
                      "; in the log: ", text(other, folded));
}

// The users in rows with personal data.
std::set<std::string> FindableIn(const domain::World& world) {
  std::set<std::string> users;
  for (const Table table : {Table::kSearch, Table::kSearchPast}) {
    for (const auto& [key, row] : PurgedRows(world, table)) {
      users.insert(row.substr(0, row.size() - domain::kPositionBytes));
    }
  }
  for (const auto& [key, row] : PurgedRows(world, Table::kSearchOf)) {
    const size_t user = key.find('/') + 1;
    users.insert(key.substr(user, key.find('/', user) - user));
  }
  return users;
}

}  // namespace

History::History(const std::vector<Commit>& first) {
  Position position = 0;
  for (Commit commit : first) {
    commit.set_position(++position);
    domain::Changes changes;
    domain::Overlay overlay(world_, changes);
    domain::Fold(overlay, commit);
    world_.Apply(changes);
    requests_in_log_.emplace_back();
  }
}

void History::Ask(const Command& command) {
  const auto [found, fresh] = requests_.try_emplace(command.request_id);
  if (fresh) found->second = {.command = command, .told_before = last_told_};
  ++found->second.open;
}

void History::Tell(const std::string& request_id, const Answer& answer) {
  const auto found = requests_.find(request_id);
  if (found == requests_.end()) return Find(absl::StrCat(request_id, " was told, never asked"));
  --found->second.open;
  if (answer.accepted) return TellAccepted(found->second, answer);
  if (Refusals().count(answer.reason) == 0) {
    Find(absl::StrCat(request_id, " was refused with ", answer.reason));
  }
  // A server that goes does not look at the request.
  if (found->second.told && answer.reason != "SHUTTING_DOWN") {
    Find(absl::StrCat(request_id, " was refused with ", answer.reason, " after it was accepted"));
  }
}

void History::TellAccepted(Request& request, const Answer& answer) {
  const std::string& id = request.command.request_id;
  (answer.repeated ? repeats_ : told_) += 1;
  if (request.told) {
    const std::string differs = Same(*request.told, answer);
    if (!differs.empty()) Find(absl::StrCat(id, " was told twice, with another ", differs));
  } else if (!answer.repeated && answer.position <= request.told_before) {
    Find(absl::StrCat(id, " is at ", answer.position, ", ", request.told_before,
                      " was told before it was asked"));
  }
  if (!request.told) request.told = answer;
  last_told_ = std::max(last_told_, answer.position);
  told_in_run_[answer.position] = id;
  if (request.command.operation == Operation::kErase && answer.changed) {
    erasures_told_[answer.position] = request.command.user_id;
  }
}

void History::Crash() {
  for (auto& [id, request] : requests_) {
    request.in_doubt = request.in_doubt || request.open > 0;
    request.open = 0;
  }
}

void History::Compare(const Reopened& store) {
  const size_t findings = findings_.size();
  ReadLog(store);
  if (findings_.size() > findings) return;
  CompareTold();
  CompareViews(*store.views.Latest());
  CompareErased(store);
  in_doubt_.clear();
  for (auto& [id, request] : requests_) {
    if (request.in_doubt) in_doubt_.push_back(request.command);
    request.in_doubt = false;
  }
}

void History::ReadLog(const Reopened& store) {
  const Position known = head();
  if (store.log.head() < known) {
    return Find(absl::StrCat("the log ends at ", store.log.head(), ", it had ", known));
  }
  // From the last record that was there: with the chain, that one stands for all before it.
  const absl::StatusOr<std::vector<Commit>> commits = store.log.Read(known, 1'000'000);
  if (!commits.ok()) return Find(std::string(commits.status().message()));
  if (commits->size() != store.log.head() - known + 1) return Find("the log has a gap");
  const std::string before = commits->front().SerializeAsString();
  if (!last_record_.empty() && before != last_record_)
    Find("the log has other records than before");
  for (size_t i = 1; i < commits->size(); ++i) {
    if ((*commits)[i].position() != head() + 1) return Find("the log has a gap");
    Place((*commits)[i]);
    Fold(store, (*commits)[i]);
  }
  last_record_ = commits->back().SerializeAsString();
}

void History::Place(const Commit& commit) {
  const std::string& id = commit.request_id();
  const std::string where = absl::StrCat("record ", commit.position(), ", ", id, ": ");
  requests_in_log_.push_back(id);
  const auto found = requests_.find(id);
  if (found == requests_.end()) return Find(where + "nobody asked for it");
  Request& request = found->second;
  const std::string half = WhatIsHalf(request.command, commit);
  if (!half.empty()) Find(where + half);
  const Answer in_log = AsTold(request.command, commit);
  if (request.told) {
    const std::string differs = Same(*request.told, in_log);
    if (!differs.empty()) Find(absl::StrCat(where, "was told with another ", differs));
  } else if (!request.in_doubt) {
    Find(where + "was refused");
  } else {
    ++untold_;
    request.told = in_log;
  }
  for (const Erasure& erasure : domain::ErasuresOf(commit)) erasures_[erasure.position] = erasure;
}

void History::CompareTold() {
  for (const auto& [position, id] : told_in_run_) {
    if (position > head()) {
      Find(absl::StrCat(id, " was told at ", position, " and is lost; the log ends at ", head()));
    } else if (requests_in_log_[position - 1] != id) {
      Find(absl::StrCat(id, " was told at ", position, ", where another is"));
    }
  }
  told_in_run_.clear();
}

void History::Fold(const Reopened& store, Commit commit) {
  const absl::Status opened = OpenPersonal(store.vault, commit);
  if (!opened.ok()) return Find(std::string(opened.message()));
  domain::Changes changes;
  domain::Overlay overlay(world_, changes);
  domain::Fold(overlay, commit);
  world_.Apply(changes);
}

void History::CompareViews(const domain::World& world) {
  if (world.position() != world_.position()) {
    return Find(
        absl::StrCat("the views are at ", world.position(), ", the log at ", world_.position()));
  }
  for (const Table table : domain::kTables) {
    const Rows in_views = PurgedRows(world, table);
    const Rows folded = PurgedRows(world_, table);
    if (in_views != folded) {
      Find(absl::StrCat("the views have ", in_views.size(), " rows in ",
                        std::string(domain::TableName(table)), ", the log folds to ", folded.size(),
                        " or to others", FirstDifference(in_views, folded)));
    }
  }
}

void History::CompareErased(const Reopened& store) {
  const std::vector<KeyId>& destroyed = store.vault.destroyed_at_open();
  for (const auto& [position, user_id] : erasures_told_) {
    const Erasure& erasure = erasures_[position];
    if (!std::binary_search(destroyed.begin(), destroyed.end(), erasure.key_id)) {
      Find(absl::StrCat(user_id, " was told to be erased, and had a key"));
    }
    if (!store.list_before.Has(erasure)) {
      Find(absl::StrCat(user_id, " was told to be erased, and was not in the erasure list"));
    }
  }
  erasures_told_.clear();
  std::set<std::string> erased;
  for (const Erasure& erasure : domain::ErasuresIn(world_)) {
    erased.insert(erasure.user_id);
    event::v1::SealedData sealed;
    sealed.set_key_id(erasure.key_id);
    const auto opened = store.vault.TryOpen(erasure.account_id, erasure.user_id, sealed);
    if (!opened.ok() || *opened) Find(absl::StrCat(erasure.user_id, " is erased, and has a key"));
  }
  for (const std::string& user_id : FindableIn(world_)) {
    if (erased.count(user_id) != 0) Find(absl::StrCat(user_id, " is erased, and can be found"));
  }
}

}  // namespace roster::storage
