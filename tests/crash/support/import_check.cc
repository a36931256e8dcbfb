#include "tests/crash/support/import_check.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"

namespace roster::crash {
namespace {

using identity::v1::GetUserRequest;
using identity::v1::User;

// The administrator that the account was created with.
constexpr char kAdministrator[] = "first";

std::string UserName(const RowKey& key) { return absl::StrCat("f", key.first, ".r", key.second); }

std::optional<RowKey> ParseUserName(const std::string& name) {
  RowKey key;
  if (std::sscanf(name.c_str(), "f%d.r%d", &key.first, &key.second) != 2) return std::nullopt;
  return UserName(key) == name ? std::optional(key) : std::nullopt;
}

// What of a user is not as its row says; empty: nothing.
std::string WhatIsWrong(const User& user, const RowKey& key, const std::string& account_id) {
  if (user.profile().SerializeAsString() != PersonOf(key).SerializeAsString()) return "profile";
  if (user.user_id().empty()) return "user_id";
  if (user.account_id() != account_id) return "account_id";
  if (user.status() != event::v1::USER_STATUS_PENDING) return "status";
  if (user.roles_size() != 1 || user.roles(0) != "viewer") return "roles";
  if (user.revision() != 1) return "revision";
  if (!user.has_create_time()) return "create_time";
  if (user.created_by().kind() != event::v1::Actor::KIND_SERVICE_ACCOUNT) return "created_by";
  return "";
}

// The created users of each commit, in order.
std::map<uint64_t, std::vector<const event::v1::Event*>> CreatedByCommit(const Dump& dump) {
  std::map<uint64_t, std::vector<const event::v1::Event*>> commits;
  for (const audit::v1::AuditEvent& event : dump.events) {
    auto& created = commits[event.position()];
    if (event.event().has_user_created()) created.push_back(&event.event());
  }
  return commits;
}

// Whether the events of a commit are those of the rows of a whole group: its first row begins a
// group, and the rest follows without a gap.
bool IsWholeGroup(const std::vector<const event::v1::Event*>& created, int rows) {
  const auto first = ParseUserName(created.front()->personal().user_name());
  if (!first || first->second % kGroupRows != 1) return false;
  const int end = std::min(first->second + kGroupRows - 1, rows);
  if (static_cast<int>(created.size()) != end - first->second + 1) return false;
  for (size_t i = 0; i < created.size(); ++i) {
    const RowKey key = {first->first, first->second + static_cast<int>(i)};
    if (created[i]->personal().user_name() != UserName(key)) return false;
  }
  return true;
}

}  // namespace

identity::v1::UserProfile PersonOf(const RowKey& key) {
  const std::string name = UserName(key);
  identity::v1::UserProfile person;
  person.set_full_name("Person of " + name);
  person.set_email(name + "@harbour.example");
  person.set_user_name(name);
  person.set_title("Row " + std::to_string(key.second));
  return person;
}

std::string CsvOf(int file, int rows) {
  std::string csv;
  for (int row = 1; row <= rows; ++row) {
    const identity::v1::UserProfile person = PersonOf({file, row});
    absl::StrAppend(&csv, person.full_name(), ",", person.email(), ",", person.user_name(), ",",
                    person.title(), ",Viewer\r\n");
  }
  return csv;
}

ImportedUsers FindImported(const Dump& dump, const Account& account) {
  ImportedUsers found;
  std::set<std::string> ids;
  for (const User& user : dump.users) {
    const std::string& name = user.profile().user_name();
    if (!ids.insert(user.user_id()).second) found.problems.push_back("id twice: " + name);
    if (name == kAdministrator) continue;
    const std::optional<RowKey> key = ParseUserName(name);
    if (!key) {
      found.problems.push_back("no file has: " + user.ShortDebugString());
      continue;
    }
    if (!found.by_row.emplace(*key, user).second) found.problems.push_back("twice: " + name);
    const std::string wrong = WhatIsWrong(user, *key, account.id);
    if (!wrong.empty()) {
      found.problems.push_back(absl::StrCat("half: ", wrong, " of ", user.ShortDebugString()));
    }
  }
  return found;
}

void Note(const ImportAnswer& answer, int file, Acknowledged& acknowledged) {
  for (const identity::v1::ImportedRows& group : answer.groups) {
    std::vector<std::string> ids;
    for (const identity::v1::ImportedRow& row : group.rows()) {
      if (!row.has_user_id()) continue;
      ids.push_back(row.user_id());
      acknowledged.user_ids[{file, static_cast<int>(row.row())}] = row.user_id();
    }
    if (!ids.empty()) acknowledged.user_ids_of_commit[group.position()] = std::move(ids);
  }
}

Problems CheckAcknowledged(const Acknowledged& acknowledged, const ImportedUsers& users,
                           const Dump& dump) {
  Problems problems;
  for (const auto& [key, user_id] : acknowledged.user_ids) {
    const auto user = users.by_row.find(key);
    if (user == users.by_row.end()) {
      problems.push_back("lost: " + UserName(key));
    } else if (user->second.user_id() != user_id) {
      problems.push_back("another id than told: " + UserName(key));
    }
  }
  const auto commits = CreatedByCommit(dump);
  for (const auto& [position, told] : acknowledged.user_ids_of_commit) {
    std::vector<std::string> ids;
    if (const auto commit = commits.find(position); commit != commits.end()) {
      for (const auto* event : commit->second) ids.push_back(event->user_created().user_id());
    }
    if (ids != told) {
      problems.push_back(absl::StrCat("the commit at ", position, " is not what was told"));
    }
  }
  return problems;
}

Problems CheckCommits(const Dump& dump, const ImportedUsers& users, int rows) {
  Problems problems;
  std::set<std::string> created_ids;
  uint64_t expected = 2;  // the first commit, of `rosterd init`, belongs to no account
  for (const auto& [position, created] : CreatedByCommit(dump)) {
    if (position != expected) problems.push_back(absl::StrCat("gap before ", position));
    expected = position + 1;
    if (created.empty() || created.front()->personal().user_name() == kAdministrator) continue;
    for (const auto* event : created) {
      const std::string& id = event->user_created().user_id();
      if (!created_ids.insert(id).second) problems.push_back("created twice: " + id);
    }
    if (!IsWholeGroup(created, rows)) {
      problems.push_back(absl::StrCat("the commit at ", position, " is not a whole group, it has ",
                                      created.size(), " rows"));
    }
  }
  if (expected != dump.position + 1) {
    problems.push_back(
        absl::StrCat("events end before ", expected, ", users show position ", dump.position));
  }
  std::set<std::string> listed_ids;
  for (const auto& [unused, user] : users.by_row) listed_ids.insert(user.user_id());
  if (listed_ids != created_ids) {
    problems.push_back(absl::StrCat(listed_ids.size(), " users are listed, ", created_ids.size(),
                                    " have an event, or they are not the same"));
  }
  return problems;
}

absl::StatusOr<Problems> CheckLookups(Client& client, const Account& account,
                                      const ImportedUsers& users, int file, int rows) {
  std::vector<GetUserRequest> requests;
  std::vector<const User*> expected;  // null: nobody
  for (int row = 1; row <= rows; ++row) {
    const RowKey key = {file, row};
    const auto listed = users.by_row.find(key);
    const User* user = listed == users.by_row.end() ? nullptr : &listed->second;
    const identity::v1::UserProfile person = PersonOf(key);
    GetUserRequest request;
    request.set_account_id(account.id);
    request.set_email(person.email());
    requests.push_back(request);
    request.set_user_name(person.user_name());
    requests.push_back(request);
    expected.insert(expected.end(), {user, user});
    if (user == nullptr) continue;
    request.set_user_id(user->user_id());
    requests.push_back(request);
    expected.push_back(user);
  }
  const auto found = client.GetUsers(requests);
  if (!found.ok()) return found.status();
  Problems problems;
  for (size_t i = 0; i < requests.size(); ++i) {
    const std::optional<User>& user = (*found)[i];
    const bool same = expected[i] == nullptr
                          ? !user
                          : user && user->SerializeAsString() == expected[i]->SerializeAsString();
    if (!same) problems.push_back("not as listed: " + requests[i].ShortDebugString());
  }
  return problems;
}

Problems CheckRepeat(const ImportAnswer& answer, const ImportedUsers& before, int file, int rows) {
  Problems problems;
  int next = 0;
  uint32_t created = 0;
  for (const identity::v1::ImportedRows& group : answer.groups) {
    for (const identity::v1::ImportedRow& row : group.rows()) {
      const RowKey key = {file, ++next};
      if (static_cast<int>(row.row()) != next) problems.push_back("row out of order");
      const std::string& reason = row.error().reason();
      const bool refused = reason == "EMAIL_TAKEN" || reason == "USERNAME_TAKEN";
      const bool was_there = before.by_row.contains(key);
      if (was_there ? !refused : !row.has_user_id()) {
        problems.push_back(absl::StrCat(
            UserName(key), was_there ? " was there: " : " was not: ", row.ShortDebugString()));
      }
      created += row.has_user_id() ? 1 : 0;
    }
  }
  const auto& summary = answer.summary;
  if (!summary || summary->rows() != static_cast<uint32_t>(rows) || summary->created() != created ||
      summary->failed() != static_cast<uint32_t>(rows) - created || next != rows) {
    problems.push_back(absl::StrCat("incomplete: ", answer.status.ToString()));
  }
  return problems;
}

}  // namespace roster::crash
