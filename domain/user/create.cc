// Creating users.

#include <algorithm>

#include "absl/status/status.h"
#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/base/wrong.h"
#include "domain/rows/account_rows.h"
#include "domain/user/profile.h"
#include "domain/user/uniqueness.h"
#include "domain/user/user.h"

namespace roster::domain {
namespace {

using view::v1::AccountRow;

// Each once, where it stands first.
void RemoveRepeats(std::vector<std::string>& roles) {
  std::vector<std::string> once;
  once.reserve(roles.size());
  for (std::string& role : roles) {
    if (std::find(once.begin(), once.end(), role) == once.end()) once.push_back(std::move(role));
  }
  roles = std::move(once);
}

// Whether the account allows what the new user shall hold, each role once; fills in the user type.
absl::Status CheckRoles(const World& world, const Caller& caller, const AccountRow& account,
                        CreateUser& command) {
  const auto holding = account.policy().role_holding();
  const bool by_type = holding == event::v1::ROLE_HOLDING_BY_USER_TYPE;
  if (by_type && !command.roles.empty()) return Refuse(Reason::kRoleByUserType);
  if (command.roles.size() > kMaxRolesHeld) return RefuseLimit("roles", kMaxRolesHeld);
  RemoveRepeats(command.roles);
  if (holding == event::v1::ROLE_HOLDING_ONE && command.roles.size() > 1) {
    return Refuse(Reason::kMultipleRoles);
  }
  const Roles roles = RolesOf(world, account);
  std::vector<const Role*> wanted;
  for (const std::string& id : command.roles) {
    wanted.push_back(roles.FindAssignable(id));
    if (wanted.back() == nullptr) return roles.RefuseAssigning(id);
  }
  if (wanted.empty() && RequiredBy(account.policy()).role) return Refuse(Reason::kRoleRequired);
  if (by_type && command.user_type == event::v1::USER_TYPE_UNSPECIFIED) {
    command.user_type = event::v1::USER_TYPE_STANDARD;
  }
  if (const Role* type = roles.FindUserType(command.user_type)) {
    wanted.push_back(type);
  }
  for (const Role* role : wanted) {
    ROSTER_TRY(AuthorizeAssignment(world, caller, command.account_id, *role));
  }
  return absl::OkStatus();
}

void AddUnknownRoles(const Roles& roles, const CreateUser& command, std::vector<Violation>& wrong) {
  for (size_t i = 0; i < std::min(command.roles.size(), kMaxRolesHeld); ++i) {
    if (roles.FindAssignable(command.roles[i]) != nullptr) continue;
    wrong.push_back({"roles." + std::to_string(i), Reason::kRoleNotFound});
  }
}

std::vector<Violation> CheckFields(const World& world, const AccountRow& account,
                                   const CreateUser& command) {
  auto wrong = CheckProfile(command.personal, RequiredBy(account.policy()), kProfilePath);
  if (!event::v1::AuthMethod_IsValid(command.auth_method)) {
    wrong.push_back({"auth_method", Reason::kInvalidValue,
                     wrong::NotOneOf(*event::v1::AuthMethod_descriptor())});
  }
  if (command.user_type != event::v1::USER_TYPE_UNSPECIFIED &&
      RolesOf(world, account).FindUserType(command.user_type) == nullptr) {
    wrong.push_back({"user_type", Reason::kInvalidValue, wrong::NoUserType()});
  }
  // Alone they are refused with a reason of their own.
  if (!wrong.empty()) AddUnknownRoles(RolesOf(world, account), command, wrong);
  return wrong;
}

Events Created(const AccountRow& account, const CreateUser& command) {
  Events events(1);
  auto* created = events[0].mutable_user_created();
  created->set_user_id(command.user_id);
  created->set_auth_method(command.auth_method == event::v1::AUTH_METHOD_UNSPECIFIED
                               ? account.policy().default_auth_method()
                               : command.auth_method);
  created->set_user_type(command.user_type);
  for (const std::string& role : command.roles) created->add_roles(role);
  created->set_approved(!account.policy().approval_required());
  *events[0].mutable_personal() = command.personal;
  return events;
}

}  // namespace

absl::StatusOr<Events> Decide(const World& world, const CreateUser& command, const Caller& caller) {
  ROSTER_TRY(Authorize(world, caller, command.account_id, Permission::kUsersCreate));
  const auto account = FindAccount(world, command.account_id);
  if (!account) return Refuse(Reason::kAccountNotFound);
  if (auto wrong = CheckFields(world, *account, command); !wrong.empty()) {
    return RefuseFields(wrong);
  }
  CreateUser wanted = command;
  wanted.personal = WithUserName(std::move(wanted.personal));
  ROSTER_TRY(CheckRoles(world, caller, *account, wanted));
  ROSTER_TRY(CheckEmailFree(world, wanted.account_id, wanted.personal.email()));
  if (wanted.personal.user_name() != wanted.personal.email()) {
    ROSTER_TRY(CheckUserNameFree(world, wanted.account_id, wanted.personal.user_name()));
  }
  return Created(*account, wanted);
}

}  // namespace roster::domain
