#include "domain/role/roles.h"

#include <string>

#include "domain/base/refusal.h"
#include "domain/text/text.h"

namespace roster::domain {

const Role* Roles::Find(std::string_view id) const {
  for (const Role& role : *this) {
    if (role.id == id) return &role;
  }
  return nullptr;
}

const Role* Roles::FindUserType(event::v1::UserType type) const {
  if (type == event::v1::USER_TYPE_UNSPECIFIED) return nullptr;
  for (const Role& role : *this) {
    if (role.user_type == type) return &role;
  }
  return nullptr;
}

const Role* Roles::FindAssignable(std::string_view id) const {
  const Role* role = Find(id);
  if (role == nullptr || role->level != Level::kAccount) return nullptr;
  return role->user_type == event::v1::USER_TYPE_UNSPECIFIED ? role : nullptr;
}

const Role* Roles::FindAssignableByName(std::string_view name) const {
  const Role* role = FindByName(name);
  return role == nullptr ? nullptr : FindAssignable(role->id);
}

const Role* Roles::FindByName(std::string_view name) const {
  const std::string wanted = Normalize(name);
  const Role* found = nullptr;
  for (const Role& role : *this) {
    if (wanted != role.id && wanted != Normalize(role.display_name)) continue;
    if (FindAssignable(role.id) != nullptr) return &role;
    if (found == nullptr) found = &role;
  }
  return found;
}

absl::Status Roles::RefuseAssigning(std::string_view id) const {
  Metadata metadata = {{"role", std::string(id)}};
  if (const Role* role = Find(id)) {
    metadata.emplace_back("why", role->level == Level::kAccount
                                     ? "it comes with a user type, and can't be given by itself"
                                     : "it is given within an application or a project");
  }
  return Refuse(Reason::kRoleNotFound, metadata);
}

std::optional<Permission> Roles::FindPermission(std::string_view name) const {
  return domain::FindPermission(preset_, name);
}

Roles RolesOf(const World& /*world*/, const view::v1::AccountRow& account) {
  return Roles(account.preset());
}

}  // namespace roster::domain
