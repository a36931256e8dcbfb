#include "domain/import/import_users.h"

#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/rows/account_rows.h"
#include "domain/user/profile.h"
#include "domain/user/user.h"

namespace roster::domain {
namespace {

// A file always names its users, although CreateUser would fill in a user name.
absl::Status CheckRow(const view::v1::AccountRow& account, const ImportRow& row) {
  RequiredFields required = RequiredBy(account.policy());
  required.user_name = true;
  const auto wrong = CheckProfile(row.personal, required, "");
  if (!wrong.empty()) return Refuse(wrong.front().reason, {{"field", wrong.front().field}});
  return row.duplicate_in_file ? Refuse(Reason::kDuplicateInFile) : absl::OkStatus();
}

absl::StatusOr<CreateUser> ToCommand(const World& world, const std::string& account_id,
                                     const view::v1::AccountRow& account, const ImportRow& row) {
  ROSTER_TRY(CheckRow(account, row));
  CreateUser command;
  command.account_id = account_id;
  command.user_id = row.user_id;
  command.personal = row.personal;
  if (row.role.empty()) return command;
  const Roles roles = RolesOf(world, account);
  const Role* role = roles.FindAssignableByName(row.role);
  if (role == nullptr) return roles.RefuseAssigning(row.role);
  command.roles.push_back(role->id);
  return command;
}

}  // namespace

absl::StatusOr<BatchResult> Decide(const World& world, const ImportUsers& command,
                                   const Caller& caller) {
  for (const Permission needed : {Permission::kUsersImport, Permission::kUsersCreate}) {
    ROSTER_TRY(Authorize(world, caller, command.account_id, needed));
  }
  const auto account = FindAccount(world, command.account_id);
  if (!account) return Refuse(Reason::kAccountNotFound);

  Batch batch(world, command.account_id);
  for (const ImportRow& row : command.rows) {
    const auto create = ToCommand(batch.world(), command.account_id, *account, row);
    batch.Add(create.ok() ? Decide(batch.world(), *create, caller) : create.status());
  }
  return batch.Take();
}

}  // namespace roster::domain
