// Creating users.

#include "absl/status/status.h"
#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/rows/account_rows.h"
#include "domain/user/profile.h"
#include "domain/user/uniqueness.h"
#include "domain/user/user.h"

namespace roster::domain {
namespace {

using view::v1::AccountRow;

constexpr size_t kMaxRoles = 100;

// Whether the account allows what the new user shall hold; fills in the user type.
absl::Status CheckRoles(const World& world, const Caller& caller, const AccountRow& account,
                        CreateUser& command) {
  const auto holding = account.policy().role_holding();
  const bool by_type = holding == event::v1::ROLE_HOLDING_BY_USER_TYPE;
  if (by_type && !command.roles.empty()) return Refuse(Reason::kRoleByUserType);
  if (command.roles.size() > kMaxRoles) return Refuse(Reason::kLimitExceeded);
  if (holding == event::v1::ROLE_HOLDING_ONE && command.roles.size() > 1) {
    return Refuse(Reason::kMultipleRoles);
  }
  const Roles roles = RolesOf(world, account);
  std::vector<const Role*> wanted;
  for (const std::string& id : command.roles) {
    wanted.push_back(roles.FindAssignable(id));
    if (wanted.back() == nullptr) return Refuse(Reason::kRoleNotFound, {{"role", id}});
  }
  // Where users may hold many roles, they may get their first one later; sign-in waits for it.
  if (wanted.empty() && account.policy().role_required() &&
      holding == event::v1::ROLE_HOLDING_ONE) {
    return Refuse(Reason::kRoleRequired);
  }
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

std::vector<Violation> CheckFields(const World& world, const AccountRow& account,
                                   const CreateUser& command) {
  auto wrong = CheckProfile(command.personal, RequiredBy(account.policy()));
  if (!event::v1::AuthMethod_IsValid(command.auth_method)) {
    wrong.push_back({"auth_method", Reason::kInvalidValue});
  }
  if (command.user_type != event::v1::USER_TYPE_UNSPECIFIED &&
      RolesOf(world, account).FindUserType(command.user_type) == nullptr) {
    wrong.push_back({"user_type", Reason::kInvalidValue});
  }
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
  ROSTER_TRY(CheckUserNameFree(world, wanted.account_id, wanted.personal.user_name()));
  return Created(*account, wanted);
}

}  // namespace roster::domain
