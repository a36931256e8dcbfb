#include "tests/storage/kill/load.h"

#include <array>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "domain/account/policy.h"
#include "domain/base/refusal.h"
#include "domain/rows/codec.h"
#include "domain/rows/user_rows.h"
#include "domain/user/user.h"
#include "storage/crypto/sha256.h"

namespace roster::storage {
namespace {

using domain::Events;
using event::v1::Commit;
using event::v1::Event;

constexpr char kAccountId[] = "harbour";
constexpr char kCallerId[] = "loader";
constexpr char kNone[] = "-";

// How often each operation is drawn, of a hundred; an erasure rewrites tables, so it is slow.
constexpr std::array<int, 8> kShares = {38, 22, 12, 9, 7, 6, 3, 3};

domain::UserReference Reference(const domain::World& world, const std::string& user_id) {
  const auto user = domain::FindUser(world, kAccountId, user_id);
  return {.account_id = kAccountId,
          .user_id = user_id,
          .expected_revision = user ? user->revision() : 1};
}

absl::StatusOr<Events> DecideCreation(const domain::World& world, const std::string& user_id,
                                      const domain::Caller& caller) {
  domain::CreateUser create{.account_id = kAccountId, .user_id = user_id};
  create.personal.set_full_name("Person " + user_id);
  create.personal.set_email(user_id + "@harbour.example");
  create.personal.set_user_name(user_id);
  create.roles = {"viewer"};
  return Decide(world, create, caller);
}

// Changes the email too, so that the user has search rows of the past.
absl::StatusOr<Events> DecideUpdate(const domain::World& world, const Command& command,
                                    const domain::Caller& caller) {
  domain::UpdateUser update{.user = Reference(world, command.user_id)};
  update.fields = {"title", "email"};
  update.values.set_title("Title of " + command.request_id);
  update.values.set_email(command.request_id + "@quay.example");
  return Decide(world, update, caller);
}

absl::StatusOr<Events> DecideCommand(const domain::World& world, const Command& command,
                                     const std::string& made_id, const domain::Caller& caller) {
  const auto user = [&] { return Reference(world, command.user_id); };
  switch (command.operation) {
    case Operation::kCreate:
      return DecideCreation(world, made_id, caller);
    case Operation::kUpdate:
      return DecideUpdate(world, command, caller);
    case Operation::kChangeRole: {
      const bool odd = command.request_id.back() % 2 == 1;
      return Decide(world, domain::ChangeUserRole{user(), odd ? "creator" : "viewer"}, caller);
    }
    case Operation::kDisable:
      return Decide(world, domain::DisableUser{user()}, caller);
    case Operation::kEnable:
      return Decide(world, domain::EnableUser{user()}, caller);
    case Operation::kDelete:
      return Decide(world, domain::DeleteUser{user()}, caller);
    case Operation::kRestore:
      return Decide(world, domain::RestoreUser{user()}, caller);
    case Operation::kErase:
      return Decide(world, domain::EraseUser{user()}, caller);
  }
  return absl::InternalError("no such operation");
}

Answer ToAnswer(const Outcome& outcome, const std::string& user_id) {
  Answer answer{.accepted = outcome.status.ok(),
                .repeated = outcome.repeated.has_value(),
                .changed = outcome.changed,
                .position = outcome.position,
                .user_id = user_id,
                .reason = kNone};
  if (!answer.accepted) answer.reason = domain::ReasonOf(outcome.status);
  if (answer.reason.empty()) answer.reason = absl::StatusCodeToString(outcome.status.code());
  if (outcome.repeated && outcome.repeated->ids_size() > 0)
    answer.user_id = outcome.repeated->ids(0);
  return answer;
}

Event::KindCase KindOf(Operation operation) {
  constexpr std::array<Event::KindCase, kShares.size()> kKinds = {
      Event::kUserCreated, Event::kUserUpdated, Event::kRoleChanged,  Event::kUserDisabled,
      Event::kUserEnabled, Event::kUserDeleted, Event::kUserRestored, Event::kUserErased};
  return kKinds[static_cast<size_t>(operation)];
}

event::v1::Actor Caller() {
  event::v1::Actor actor;
  actor.set_kind(event::v1::Actor::KIND_SERVICE_ACCOUNT);
  actor.set_id(kCallerId);
  return actor;
}

}  // namespace

std::string ToLine(const Command& command) {
  return absl::StrCat(command.request_id, " ", static_cast<int>(command.operation), " ",
                      command.user_id);
}

std::string ToLine(const Answer& answer) {
  return absl::StrCat(answer.accepted, " ", answer.repeated, " ", answer.changed, " ",
                      answer.position, " ", answer.user_id, " ", answer.reason);
}

std::optional<Command> ParseCommand(const std::string& line) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  int operation = 0;
  if (words.size() != 3 || !absl::SimpleAtoi(words[1], &operation)) return std::nullopt;
  return Command{words[0], static_cast<Operation>(operation), words[2]};
}

std::optional<Answer> ParseAnswer(const std::string& line) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  Answer answer;
  if (words.size() != 6 || !absl::SimpleAtoi(words[3], &answer.position)) return std::nullopt;
  answer.accepted = words[0] == "1";
  answer.repeated = words[1] == "1";
  answer.changed = words[2] == "1";
  answer.user_id = words[4];
  answer.reason = words[5];
  return answer;
}

std::vector<Commit> FirstCommits() {
  Commit commit;
  commit.set_account_id(kAccountId);
  commit.mutable_actor()->set_kind(event::v1::Actor::KIND_SYSTEM);
  commit.mutable_time()->set_seconds(1'700'000'000);
  event::v1::AccountCreated& account = *commit.add_events()->mutable_account_created();
  account.set_account_id(kAccountId);
  account.set_display_name("Harbour");
  account.set_preset(event::v1::PRESET_ROLE_MATRIX);
  *account.mutable_policy() = domain::PolicyOf(account.preset());
  auto& caller = *commit.add_events()->mutable_service_account_created();
  caller.set_service_account_id(kCallerId);
  caller.set_name("Loader");
  caller.add_roles("super_admin");
  return {commit};
}

Proposal ToProposal(const Command& command, const std::string& attempt,
                    std::function<void(const Answer&)> done) {
  const bool creates = command.operation == Operation::kCreate;
  const std::string user_id =
      creates ? absl::StrCat("u-", command.request_id, "-", attempt) : command.user_id;
  Proposal proposal;
  proposal.account_id = kAccountId;
  proposal.caller.actor = Caller();
  proposal.caller.actor_account_id = kAccountId;
  proposal.method = "roster.Test/Load";
  proposal.decide = [command, user_id](const domain::World& world, const domain::Caller& caller) {
    return DecideCommand(world, command, user_id, caller);
  };
  proposal.request = {.account_id = kAccountId, .actor = Caller(), .id = command.request_id};
  proposal.request_hash = Sha256(ToLine(command));
  proposal.receipt = [creates, user_id] {
    event::v1::Receipt receipt;
    if (creates) receipt.add_ids(user_id);
    return receipt;
  };
  proposal.done = [user_id, done = std::move(done)](const Outcome& outcome) {
    done(ToAnswer(outcome, user_id));
  };
  return proposal;
}

std::string WhatIsHalf(const Command& command, const Commit& commit) {
  if (commit.request_hash() != Sha256(ToLine(command))) return "it is of another request";
  if (commit.actor().id() != kCallerId) return "it is another caller's";
  if (commit.events_size() == 0) return command.operation == Operation::kCreate ? "no event" : "";
  if (commit.events_size() > 1) return "too many events";
  const Event& event = commit.events(0);
  if (event.kind_case() != KindOf(command.operation)) return "its event is of another kind";
  const bool personal =
      command.operation == Operation::kCreate || command.operation == Operation::kUpdate;
  if (event.has_sealed() != personal) return "personal data is missing";
  if (command.operation != Operation::kCreate) return "";
  const bool told =
      commit.receipt().ids_size() == 1 && commit.receipt().ids(0) == event.user_created().user_id();
  return told ? "" : "its receipt is not of its event";
}

Load::Load(const std::string& name, uint64_t seed, const domain::World& world)
    : name_(name), random_(seed) {
  const std::string prefix = domain::AccountPrefix(kAccountId);
  world.Scan(domain::Table::kUsers, prefix, "", [&](std::string_view key, std::string_view) {
    user_ids_.emplace_back(key.substr(prefix.size()));
    return true;
  });
}

Command Load::Next() {
  const std::lock_guard lock(mutex_);
  if (!given_.empty() && random_() % 8 == 0) return given_[random_() % given_.size()];
  return given_.emplace_back(Draw());
}

void Load::Add(const Command& command) {
  const std::lock_guard lock(mutex_);
  given_.push_back(command);
}

void Load::Learn(const Answer& answer) {
  const std::lock_guard lock(mutex_);
  if (answer.accepted && answer.changed) user_ids_.push_back(answer.user_id);
}

Command Load::Draw() {
  Command command{absl::StrCat(name_, "-", given_.size()), Operation::kCreate, kNone};
  if (user_ids_.empty()) return command;
  int left = static_cast<int>(random_() % 100);
  int drawn = 0;
  while (left >= kShares[drawn]) left -= kShares[drawn++];
  command.operation = static_cast<Operation>(drawn);
  if (drawn > 0) command.user_id = user_ids_[random_() % user_ids_.size()];
  return command;
}

}  // namespace roster::storage
