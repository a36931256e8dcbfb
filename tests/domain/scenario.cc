#include "tests/domain/scenario.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "domain/account/policy.h"
#include "domain/base/refusal.h"
#include "domain/fold.h"
#include "domain/role/catalogue.h"
#include "domain/rows/codec.h"
#include "domain/rows/user_rows.h"
#include "domain/user/list/index.h"

namespace roster::domain {
namespace {

using event::v1::Actor;

Events AccountCreated(const std::string& id, event::v1::Preset preset) {
  Events events(1);
  auto* created = events[0].mutable_account_created();
  created->set_account_id(id);
  created->set_display_name("Account " + id);
  created->set_preset(preset);
  *created->mutable_policy() = PolicyOf(preset);
  return events;
}

Events ServiceCreated(const std::string& role) {
  Events events(1);
  auto* created = events[0].mutable_service_account_created();
  created->set_service_account_id(role);
  created->set_name("Service " + role);
  created->add_roles(role);
  return events;
}

Events UserCreated(const Newcomer& user, const event::v1::PersonalData& personal) {
  Events events(1);
  auto* created = events[0].mutable_user_created();
  created->set_user_id(user.id);
  created->set_auth_method(user.auth_method);
  created->set_user_type(user.type);
  for (const std::string& role : user.roles) created->add_roles(role);
  created->set_approved(user.approved);
  *events[0].mutable_personal() = personal;
  return events;
}

}  // namespace

event::v1::PersonalData Person(const std::string& id) {
  event::v1::PersonalData personal;
  personal.set_full_name("Full " + id);
  personal.set_email(id + "@example.com");
  personal.set_user_name(id);
  return personal;
}

Caller CallerOf(Actor::Kind kind, const std::string& id, const std::string& account_id) {
  Caller caller{.actor = {}, .actor_account_id = account_id, .at = kDay0};
  caller.actor.set_kind(kind);
  caller.actor.set_id(id);
  return caller;
}
Caller Service(const std::string& id) {
  return CallerOf(Actor::KIND_SERVICE_ACCOUNT, id, kAccount);
}
Caller UserCaller(const std::string& id) { return CallerOf(Actor::KIND_USER, id, kAccount); }
Caller Operator() { return CallerOf(Actor::KIND_OPERATOR, "", ""); }
Caller Stranger() { return CallerOf(Actor::KIND_SERVICE_ACCOUNT, "super_admin", kOtherAccount); }
Caller At(Caller caller, absl::Time at) {
  caller.at = at;
  return caller;
}

Scenario::Scenario(event::v1::Preset preset) {
  Happened(AccountCreated(kOtherAccount, kMatrix), kDay0, kOtherAccount);
  Happened(ServiceCreated("super_admin"), kDay0, kOtherAccount);
  Happened(UserCreated({"eve", {"super_admin"}}, Person("eve")), kDay0, kOtherAccount);
  Happened(AccountCreated(kAccount, preset));
  for (const Role& role : BuiltInRoles(preset)) Happened(ServiceCreated(role.id));
}

Scenario& Scenario::Happened(Events events, absl::Time at, const std::string& account_id) {
  event::v1::Commit commit;
  commit.set_position(world_.position() + 1);
  commit.set_account_id(account_id);
  commit.mutable_actor()->set_kind(Actor::KIND_OPERATOR);
  *commit.mutable_time() = ToTimestamp(at);
  for (auto& event : events) {
    if (event.has_personal()) *event.mutable_sealed() = SealPlainly(event.personal());
    *commit.add_events() = std::move(event);
  }
  Changes changes;
  Overlay overlay(world_, changes);
  Fold(overlay, commit);
  world_.Apply(changes);
  return *this;
}

Scenario& Scenario::Policy(const std::function<void(event::v1::AccountPolicy&)>& change) {
  Events events(1);
  auto* changed = events[0].mutable_account_policy_changed();
  changed->set_account_id(kAccount);
  *changed->mutable_from() = account().policy();
  *changed->mutable_to() = account().policy();
  change(*changed->mutable_to());
  return Happened(std::move(events));
}

Scenario& Scenario::Joined(const Newcomer& user,
                           const std::optional<event::v1::PersonalData>& personal) {
  return Happened(UserCreated(user, personal ? *personal : Person(user.id)));
}

Scenario& Scenario::User(const std::string& id, const std::string& role) {
  Newcomer user{id, {}};
  if (!role.empty()) user.roles.push_back(role);
  return Joined(user);
}

Scenario& Scenario::Disabled(const std::string& id, event::v1::StatusReason reason) {
  Events events(1);
  events[0].mutable_user_disabled()->set_user_id(id);
  events[0].mutable_user_disabled()->set_reason(reason);
  return Happened(std::move(events));
}

Scenario& Scenario::Enabled(const std::string& id) {
  Events events(1);
  events[0].mutable_user_enabled()->set_user_id(id);
  return Happened(std::move(events));
}

Scenario& Scenario::Deleted(const std::string& id, absl::Time at) {
  Events events(1);
  events[0].mutable_user_deleted()->set_user_id(id);
  *events[0].mutable_user_deleted()->mutable_restorable_until() = ToTimestamp(at + 30 * kDay);
  return Happened(std::move(events), at);
}

Scenario& Scenario::Restored(const std::string& id) {
  Events events(1);
  events[0].mutable_user_restored()->set_user_id(id);
  return Happened(std::move(events));
}

Scenario& Scenario::RoleChanged(const std::string& id, const std::string& to) {
  Events events(1);
  events[0].mutable_role_changed()->set_user_id(id);
  events[0].mutable_role_changed()->set_to(to);
  return Happened(std::move(events));
}

Scenario& Scenario::SignedIn(const std::string& id) {
  return Edit(id, [](view::v1::UserRow& row) {
    row.set_signed_in(true);
    if (row.status() == event::v1::USER_STATUS_PENDING) {
      row.set_status(event::v1::USER_STATUS_ACTIVE);
    }
  });
}

Scenario& Scenario::Edit(const std::string& id,
                         const std::function<void(view::v1::UserRow&)>& change) {
  const view::v1::UserRow before = user(id);
  view::v1::UserRow row = before;
  change(row);
  Changes changes;
  Overlay overlay(world_, changes);
  overlay.Put(Table::kUsers, RowKey(kAccount, id), Encode(row));
  IndexUser(overlay, kAccount, before, row);
  world_.Apply(changes);
  return *this;
}

view::v1::UserRow Scenario::user(const std::string& id) const {
  const auto row = FindUser(world_, kAccount, id);
  EXPECT_TRUE(row.has_value()) << id;
  return row.value_or(view::v1::UserRow());
}

std::string Scenario::StatusOf(const std::string& id) const {
  constexpr std::string_view kPrefix = "USER_STATUS_";
  return event::v1::UserStatus_Name(user(id).status()).substr(kPrefix.size());
}

void PrintTo(const DecisionCase& row, std::ostream* out) { *out << row.name; }

std::string CaseName(const testing::TestParamInfo<DecisionCase>& info) { return info.param.name; }

void Verify(const DecisionCase& row) {
  const Caller caller = At(row.caller, row.at);
  const auto outcome = row.when(row.given.world(), caller);
  EXPECT_EQ(Describe(outcome), row.then);
  EXPECT_EQ(Describe(row.when(row.given.world(), caller)), Describe(outcome)) << "decided again";
  if (outcome.ok()) Scenario(row.given).Happened(*outcome, row.at);
}

std::string Describe(const absl::Status& refusal) {
  if (refusal.ok()) return "OK";
  std::vector<std::string> metadata;
  std::vector<std::string> fields;
  refusal.ForEachPayload([&](absl::string_view key, const absl::Cord& value) {
    const std::string name(key.substr(key.find('/') + 1));
    const std::string text(value);
    if (key.substr(0, 9) == "metadata/") metadata.push_back(name + ": " + text);
    if (key.substr(0, 6) == "field/")
      fields.push_back(name + ": " + text.substr(0, text.find(':')));
  });
  std::sort(metadata.begin(), metadata.end());
  std::sort(fields.begin(), fields.end());
  std::string text = ReasonOf(refusal);
  if (!metadata.empty()) text += " {" + absl::StrJoin(metadata, ", ") + "}";
  if (!fields.empty()) text += " [" + absl::StrJoin(fields, ", ") + "]";
  return text;
}

std::string Describe(const absl::StatusOr<Events>& outcome) {
  if (!outcome.ok()) return Describe(outcome.status());
  if (outcome->empty()) return "nothing";
  return absl::StrJoin(*outcome, "; ", [](std::string* text, const event::v1::Event& event) {
    text->append(Describe(event));
  });
}

std::string Describe(const event::v1::Event& event) { return Text(event); }

std::string Text(const google::protobuf::Message& message) {
  std::string text = message.ShortDebugString();
  std::replace(text.begin(), text.end(), '"', '\'');
  return text;
}

}  // namespace roster::domain
