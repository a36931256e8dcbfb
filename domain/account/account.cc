#include "domain/account/account.h"

#include "domain/access/authority.h"
#include "domain/account/policy.h"
#include "domain/base/refusal.h"
#include "domain/base/revision.h"
#include "domain/base/try.h"
#include "domain/base/wrong.h"
#include "domain/role/catalogue.h"
#include "domain/rows/account_rows.h"
#include "domain/rows/counter.h"
#include "domain/rows/update_row.h"
#include "domain/text/text.h"
#include "domain/user/profile.h"
#include "google/protobuf/util/field_mask_util.h"
#include "google/protobuf/util/message_differencer.h"

namespace roster::domain {
namespace {

using google::protobuf::util::FieldMaskUtil;
using google::protobuf::util::MessageDifferencer;

constexpr size_t kMaxNameCodePoints = 256;
constexpr char kAccountsCounter[] = "accounts";

// The policy with the named fields replaced, or what is wrong with the names.
absl::StatusOr<event::v1::AccountPolicy> Merge(const event::v1::AccountPolicy& policy,
                                               const UpdateAccountPolicy& command) {
  google::protobuf::FieldMask mask;
  std::vector<Violation> wrong;
  if (command.fields.empty()) wrong.push_back({"update_mask", Reason::kMissingField});
  for (size_t i = 0; i < command.fields.size(); ++i) {
    const std::string& field = command.fields[i];
    if (field == "role_holding") return Refuse(Reason::kImmutableField, {{"field", field}});
    if (event::v1::AccountPolicy::descriptor()->FindFieldByName(field) == nullptr) {
      wrong.push_back(UnknownPath("update_mask", i, field));
    }
    mask.add_paths(field);
  }
  if (!wrong.empty()) return RefuseFields(wrong);
  event::v1::AccountPolicy merged = policy;
  FieldMaskUtil::MergeOptions replace;
  replace.set_replace_message_fields(true);
  FieldMaskUtil::MergeMessageTo(command.values, mask, replace, &merged);
  merged.mutable_restore_window();  // absent is zero: one way to say it
  if (wrong = CheckPolicy(merged); !wrong.empty()) return RefuseFields(wrong);
  return merged;
}

}  // namespace

absl::StatusOr<Events> Decide(const World& /*world*/, const CreateAccount& command,
                              const Caller& caller) {
  ROSTER_TRY(AuthorizeOperator(caller));
  const event::v1::AccountPolicy policy = PolicyOf(command.preset);
  std::vector<Violation> wrong;
  if (command.display_name.empty()) {
    wrong.push_back({"display_name", Reason::kMissingField});
  } else if (std::string what = WrongText(command.display_name, kMaxNameCodePoints);
             !what.empty()) {
    wrong.push_back({"display_name", Reason::kInvalidValue, std::move(what)});
  }
  if (BuiltInRoles(command.preset).empty()) {
    wrong.push_back(
        {"preset", Reason::kInvalidValue, wrong::NotOneOf(*event::v1::Preset_descriptor())});
  }
  for (Violation& violation :
       CheckProfile(command.administrator, RequiredBy(policy), "administrator.")) {
    wrong.push_back(std::move(violation));
  }
  if (!wrong.empty()) return RefuseFields(wrong);

  Events events(2);
  auto* created = events[0].mutable_account_created();
  created->set_account_id(command.account_id);
  created->set_display_name(command.display_name);
  created->set_preset(command.preset);
  *created->mutable_policy() = policy;
  const Administration administration = FirstAdministration(command.preset);
  auto* user = events[1].mutable_user_created();
  user->set_user_id(command.administrator_id);
  user->set_auth_method(policy.default_auth_method());
  user->set_user_type(administration.type);
  for (const std::string& role : administration.roles) user->add_roles(role);
  user->set_approved(true);
  *events[1].mutable_personal() = WithUserName(command.administrator);
  return events;
}

absl::StatusOr<Events> Decide(const World& world, const UpdateAccountPolicy& command,
                              const Caller& caller) {
  ROSTER_TRY(Authorize(world, caller, command.account_id, Permission::kAccountManage));
  const auto account = FindAccount(world, command.account_id);
  if (!account) return Refuse(Reason::kAccountNotFound);
  ROSTER_TRY(CheckRevision(command.expected_revision, account->revision()));
  ROSTER_ASSIGN(const auto merged, Merge(account->policy(), command));
  if (MessageDifferencer::Equals(merged, account->policy())) return Events{};
  // A shorter window brings the end of what is deleted nearer; without one, deleting is erasing.
  if (merged.restore_window().seconds() < account->policy().restore_window().seconds()) {
    ROSTER_TRY(Authorize(world, caller, command.account_id, Permission::kUsersErase));
  }
  Events events(1);
  auto* changed = events[0].mutable_account_policy_changed();
  changed->set_account_id(command.account_id);
  *changed->mutable_from() = account->policy();
  *changed->mutable_to() = merged;
  return events;
}

void Fold(Overlay& world, const event::v1::Commit& commit, const event::v1::AccountCreated& event) {
  view::v1::AccountRow row;
  row.set_account_id(event.account_id());
  row.set_display_name(event.display_name());
  row.set_preset(event.preset());
  *row.mutable_policy() = event.policy();
  *row.mutable_created_at() = commit.time();
  InsertRow(world, Table::kAccounts, event.account_id(), row);
  AddToCounter(world, "", kAccountsCounter, 1);
}

void Fold(Overlay& world, const event::v1::Commit& /*commit*/,
          const event::v1::AccountPolicyChanged& event) {
  UpdateRow<view::v1::AccountRow>(
      world, Table::kAccounts, event.account_id(),
      [&](view::v1::AccountRow& row) { *row.mutable_policy() = event.to(); });
}

uint64_t CountAccounts(const World& world) { return Counter(world, "", kAccountsCounter); }

}  // namespace roster::domain
