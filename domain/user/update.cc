// Editing the details of a user.

#include <algorithm>

#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/rows/user_rows.h"
#include "domain/user/profile.h"
#include "domain/user/target.h"
#include "domain/user/uniqueness.h"
#include "domain/user/user.h"

namespace roster::domain {
namespace {

using event::v1::PersonalData;

// The data with the named fields replaced, or what is wrong with the names or the values.
absl::StatusOr<PersonalData> Merge(const Target& target, const PersonalData& before,
                                   const UpdateUser& command) {
  PersonalData merged = before;
  std::vector<Violation> wrong;
  if (command.fields.empty()) wrong.push_back({"update_mask", Reason::kMissingField});
  for (size_t i = 0; i < command.fields.size(); ++i) {
    const std::string& field = command.fields[i];
    if (field == "user_name" || field == "auth_method") {
      return Refuse(Reason::kImmutableField, {{"field", field}});
    }
    const std::string* value = ProfileField(command.values, field);
    if (value == nullptr) {
      wrong.push_back(UnknownPath("update_mask", i, field));
    } else {
      *MutableProfileField(merged, field) = *value;
    }
  }
  for (Violation& violation :
       CheckProfile(merged, RequiredBy(target.account.policy()), kProfilePath)) {
    // What was let in under an earlier policy does not keep other fields from being edited.
    if (std::find(command.fields.begin(), command.fields.end(),
                  violation.field.substr(kProfilePath.size())) != command.fields.end()) {
      wrong.push_back(std::move(violation));
    }
  }
  if (!wrong.empty()) return RefuseFields(wrong);
  return merged;
}

// Whether the user name came from the email, so that it follows it: nobody has chosen one.
bool HasNameOfEmail(const event::v1::AccountPolicy& policy, const PersonalData& personal) {
  return !policy.user_name_required() && personal.user_name() == personal.email();
}

// Whether the new email may take the place of the old one: a mailbox is a way to act as the user.
absl::Status CheckNewEmail(const World& world, const Caller& caller, const Target& target,
                           const std::string& email) {
  ROSTER_TRY(AuthorizeActingOn(world, caller, target.account, target.user));
  return CheckEmailFree(world, target.account.account_id(), email, target.user.user_id());
}

}  // namespace

absl::StatusOr<Events> Decide(const World& world, const UpdateUser& command, const Caller& caller) {
  ROSTER_ASSIGN(const auto target,
                FindTarget(world, command.user, caller, Permission::kUsersUpdate));
  ROSTER_TRY(CheckEditable(target));
  const PersonalData before =
      PersonalOf(world, command.user.account_id, target.user).value_or(PersonalData());
  ROSTER_ASSIGN(auto merged, Merge(target, before, command));
  if (HasNameOfEmail(target.account.policy(), before)) merged.set_user_name(merged.email());

  event::v1::UserUpdated updated;
  for (const std::string_view field : kProfileFields) {
    if (*ProfileField(merged, field) != *ProfileField(before, field)) {
      updated.add_fields(std::string(field));
    }
    const bool follows = field == "email" && merged.user_name() != before.user_name();
    if (follows) updated.add_fields("user_name");
  }
  if (updated.fields().empty()) return Events{};
  if (merged.email() != before.email()) {
    ROSTER_TRY(CheckNewEmail(world, caller, target, merged.email()));
  }
  updated.set_user_id(target.user.user_id());
  Events events(1);
  *events[0].mutable_user_updated() = std::move(updated);
  *events[0].mutable_personal() = merged;
  return events;
}

}  // namespace roster::domain
