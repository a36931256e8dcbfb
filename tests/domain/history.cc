#include "tests/domain/history.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "domain/account/policy.h"
#include "domain/rows/account_rows.h"
#include "domain/rows/codec.h"
#include "domain/rows/user_rows.h"
#include "domain/user/user.h"

namespace roster::domain {
namespace {

using event::v1::Commit;
using event::v1::Event;
using event::v1::PersonalData;

constexpr size_t kMostUsers = 60;  // of an account, so that each lives through a lot
constexpr size_t kEmails = 150;
constexpr size_t kRequestIds = 1'000'000;

}  // namespace

void FoldInto(MemoryWorld& world, const Commit& commit) {
  Changes changes;
  Overlay overlay(world, changes);
  Fold(overlay, commit);
  world.Apply(changes);
}

// The account and a service account that may do everything.
Events History::Begin(Account& account) {
  Events events(2);
  auto* created = events[0].mutable_account_created();
  created->set_account_id(account.id);
  created->set_display_name("Account " + account.id);
  created->set_preset(account.preset);
  *created->mutable_policy() = PolicyOf(account.preset);
  auto* service = events[1].mutable_service_account_created();
  service->set_service_account_id("backend");
  service->set_name("Backend");
  service->add_roles("super_admin");
  return events;
}

PersonalData History::AnyPerson() {
  PersonalData personal;
  personal.set_full_name(absl::StrCat("Name ", Any(1'000'000)));
  personal.set_email(absl::StrCat("p", Any(kEmails), "@Example.com"));
  personal.set_user_name(absl::StrCat("person", Any(kEmails)));
  if (Any(2) == 0) personal.set_title(absl::StrCat("Title ", Any(100)));
  return personal;
}

absl::StatusOr<Events> History::Create(Account& account, const Caller& caller) {
  const std::string id = absl::StrCat("u", ++made_users_);
  const std::string& role = account.roles[Any(account.roles.size())];
  absl::StatusOr<Events> events =
      domain::Decide(world_, CreateUser{account.id, id, AnyPerson(), {}, {}, {role}}, caller);
  if (events.ok()) account.users.push_back(id);
  return events;
}

absl::StatusOr<Events> History::Change(const std::string& account_id, const std::string& user_id,
                                       const Account& account, const Caller& caller) {
  const UserReference user{account_id, user_id, 0};
  switch (Any(14)) {
    case 0:
      return domain::Decide(world_, DisableUser{user}, caller);
    case 1:
      return domain::Decide(world_, EnableUser{user}, caller);
    case 2:
      return domain::Decide(world_, DeleteUser{user}, caller);
    case 3:
      return domain::Decide(world_, RestoreUser{user}, caller);
    case 4: {
      const auto row = FindUser(world_, account_id, user_id);
      return domain::Decide(world_, EraseUser{{account_id, user_id, row->revision()}}, caller);
    }
    case 5:
      return domain::Decide(world_, ChangeUserRole{user, account.roles[Any(account.roles.size())]},
                            caller);
    case 6:
      return domain::Decide(world_, ApproveUser{user}, caller);
    case 7:
      return domain::Decide(world_, RevokeApproval{user}, caller);
    default: {
      const std::vector<std::string> names = {"full_name", "email", "title"};
      return domain::Decide(world_, UpdateUser{user, {names[Any(names.size())]}, AnyPerson()},
                            caller);
    }
  }
}

absl::StatusOr<Events> History::Decide(Account& account, const Caller& caller) {
  if (!FindAccount(world_, account.id)) return Begin(account);
  const bool creates = account.users.size() < kMostUsers && Any(8) == 0;
  if (account.users.empty() || creates) return Create(account, caller);
  return Change(account.id, account.users[Any(account.users.size())], account, caller);
}

Commit History::Record(Account& account, const Caller& caller, Events events) {
  Commit commit;
  commit.set_position(world_.position() + 1);
  commit.set_account_id(account.id);
  *commit.mutable_actor() = caller.actor;
  commit.set_cause("roster.Test/Any");
  *commit.mutable_time() = ToTimestamp(caller.at);
  for (Event& event : events) {
    if (event.has_personal()) {
      *event.mutable_sealed() = SealPlainly(event.personal());
      const auto row = FindUser(world_, account.id, event.user_updated().user_id());
      event.mutable_sealed()->set_key_id(event.has_user_created() ? ++last_key_
                                                                  : row->sealed().key_id());
    }
    if (event.has_user_erased()) {
      erased_.emplace(event.user_erased().key_id(), commit.position());
      auto& users = account.users;
      users.erase(std::find(users.begin(), users.end(), event.user_erased().user_id()));
    }
    *commit.add_events() = std::move(event);
  }
  return commit;
}

Commit History::Next() {
  while (true) {
    Account& account = accounts_[Any(accounts_.size())];
    at_ += absl::Seconds(Any(600));  // each draw in a statement of its own, so in one order
    if (Any(200) == 0) at_ += absl::Hours(30);
    Caller caller;
    caller.actor.set_kind(event::v1::Actor::KIND_SERVICE_ACCOUNT);
    caller.actor.set_id("backend");
    caller.actor_account_id = account.id;
    caller.at = at_;
    const bool has_request = Any(4) == 0;
    absl::StatusOr<Events> events = Decide(account, caller);
    if (!events.ok() || (events->empty() && !has_request)) continue;
    Commit commit = Record(account, caller, *std::move(events));
    if (has_request) {
      commit.set_request_id(absl::StrCat("request ", Any(kRequestIds)));
      commit.set_request_hash("hash");
      commit.mutable_receipt()->add_ids(absl::StrCat("id", Any(100)));
    }
    FoldInto(world_, commit);
    return commit;
  }
}

std::vector<Commit> History::Take(size_t count) {
  std::vector<Commit> commits;
  commits.reserve(count);
  while (commits.size() < count) commits.push_back(Next());
  return commits;
}

}  // namespace roster::domain
