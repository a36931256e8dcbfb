#include "domain/import/import_users.h"

#include <algorithm>
#include <set>
#include <utility>

#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/base/wrong.h"
#include "domain/rows/account_rows.h"
#include "domain/text/text.h"
#include "domain/user/profile.h"
#include "domain/user/user.h"

namespace roster::domain {
namespace {

using view::v1::AccountRow;

// What is wrong with the fields of a row, one violation a field.
class RowCheck {
 public:
  // A file always names its users, although CreateUser would fill in a user name.
  RowCheck(const event::v1::AccountPolicy& policy, const ImportRow& row) {
    RequiredFields required = RequiredBy(policy);
    required.user_name = true;
    wrong_ = CheckProfile(row.personal, required, "");
    AddDuplicate("email", row.same_email);
    AddDuplicate("user_name", row.same_user_name);
  }

  // What FindRoles said.
  void AddRoles(const absl::Status& refusal) {
    if (refusal.ok()) return;
    wrong_.push_back({"role", *FindReason(ReasonOf(refusal))});
    for (const char* key : {"role", "why"}) {
      if (std::string value = MetadataOf(refusal, key); !value.empty()) {
        metadata_.emplace_back(key, std::move(value));
      }
    }
  }

  absl::Status Result() const {
    return wrong_.empty() ? absl::OkStatus() : WithMetadata(RefuseFields(wrong_), metadata_);
  }

 private:
  void AddDuplicate(const char* field, const OtherRow& other) {
    const bool told = std::any_of(wrong_.begin(), wrong_.end(),
                                  [&](const Violation& each) { return each.field == field; });
    if (other.row == 0 || told) return;
    wrong_.push_back({field, Reason::kDuplicateInFile, wrong::SameInRow(other.row, other.line)});
    if (metadata_.empty()) {
      metadata_ = {{"row", std::to_string(other.row)}, {"line", std::to_string(other.line)}};
    }
  }

  std::vector<Violation> wrong_;
  Metadata metadata_;
};

// The ids of the roles that the row names.
absl::StatusOr<std::vector<std::string>> FindRoles(const Roles& roles,
                                                   const event::v1::AccountPolicy& policy,
                                                   const ImportRow& row) {
  if (row.roles.empty() && RequiredBy(policy).role) return Refuse(Reason::kRoleRequired);
  if (!row.roles.empty() && policy.role_holding() == event::v1::ROLE_HOLDING_BY_USER_TYPE) {
    return Refuse(Reason::kRoleByUserType);
  }
  std::vector<std::string> ids;
  for (const std::string& name : row.roles) {
    const Role* role = roles.FindAssignableByName(name);
    if (role == nullptr) return roles.RefuseAssigning(name);
    ids.push_back(role->id);
  }
  return ids;
}

absl::StatusOr<CreateUser> ToCommand(const World& world, const std::string& account_id,
                                     const AccountRow& account, const ImportRow& row) {
  CreateUser command;
  command.account_id = account_id;
  command.user_id = row.user_id;
  command.personal = row.personal;
  RowCheck check(account.policy(), row);
  const auto roles = FindRoles(RolesOf(world, account), account.policy(), row);
  if (roles.ok()) command.roles = *roles;
  check.AddRoles(roles.status());
  ROSTER_TRY(check.Result());
  return command;
}

}  // namespace

std::vector<std::string> RolesOfCell(std::string_view cell) {
  std::vector<std::string> roles;
  std::set<std::string> seen;
  while (!cell.empty() && roles.size() <= kMaxRolesHeld) {
    const size_t end = std::min(cell.find_first_of(";,"), cell.size());
    std::string role = Trim(cell.substr(0, end));
    cell.remove_prefix(std::min(end + 1, cell.size()));
    if (!role.empty() && seen.insert(Normalize(role)).second) roles.push_back(std::move(role));
  }
  return roles;
}

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
