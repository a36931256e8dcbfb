// The roles of one account, and the permissions that they are made of.

#ifndef ROSTER_DOMAIN_ROLE_ROLES_H_
#define ROSTER_DOMAIN_ROLE_ROLES_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "domain/role/catalogue.h"
#include "domain/role/permission.h"
#include "domain/world/world.h"
#include "roster/event/v1/user.pb.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// Of one user or service account.
inline constexpr size_t kMaxRolesHeld = 100;

// The roles of an account: so far the built-in ones of its preset. A value, cheap to copy; the
// roles that it returns live as long as it does. Immutable; thread-safe.
class Roles {
 public:
  Roles() : Roles(event::v1::PRESET_UNSPECIFIED) {}

  // All of them, in the order in which they are listed.
  auto begin() const { return built_in_->begin(); }
  auto end() const { return built_in_->end(); }

  // The role with this id; null when the account has none.
  const Role* Find(std::string_view id) const;

  // The role that a user type stands for; null when the account has no such type.
  const Role* FindUserType(event::v1::UserType type) const;

  // The role that a user of the account may be given, by id: one of the account level that stands
  // for no user type. Null when there is none.
  const Role* FindAssignable(std::string_view id) const;

  // The same by id or display name, whatever the case, as imports name it.
  const Role* FindAssignableByName(std::string_view name) const;

  // Whether users can come to have the role now: it is assignable, or stands for a user type.
  bool IsUsable(const Role& role) const {
    return role.user_type != event::v1::USER_TYPE_UNSPECIFIED || FindAssignable(role.id) == &role;
  }

  // Any role by id or display name, whatever the case: an assignable one where several have the
  // name. Null when there is none.
  const Role* FindByName(std::string_view name) const;

  // ROLE_NOT_FOUND {role}, and {why} where the account has the role but gives it to nobody.
  absl::Status RefuseAssigning(std::string_view id) const;

  // The permission with this name, if the account knows it.
  std::optional<Permission> FindPermission(std::string_view name) const;

 private:
  friend Roles RolesOf(const World& world, const view::v1::AccountRow& account);
  explicit Roles(event::v1::Preset preset) : preset_(preset), built_in_(&BuiltInRoles(preset)) {}

  event::v1::Preset preset_;
  const std::vector<Role>* built_in_;
};

// The roles of the account in this world.
Roles RolesOf(const World& world, const view::v1::AccountRow& account);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROLE_ROLES_H_
