// The built-in roles of each preset (R40, R54, R102, R113, R115). They can't be edited or removed.

#ifndef ROSTER_DOMAIN_ROLE_CATALOGUE_H_
#define ROSTER_DOMAIN_ROLE_CATALOGUE_H_

#include <string>
#include <string_view>
#include <vector>

#include "domain/role/permission.h"
#include "roster/event/v1/account.pb.h"
#include "roster/event/v1/user.pb.h"

namespace roster::domain {

// A named set of permissions at one level.
struct Role {
  std::string id;
  std::string display_name;
  std::string description;
  Level level = Level::kAccount;
  // Set where the role stands for a user type: it comes with the type and can't be assigned by
  // itself.
  event::v1::UserType user_type = event::v1::USER_TYPE_UNSPECIFIED;
  PermissionSet permissions;
  // Ids of the roles that its holder may give although he lacks permissions of theirs (R44).
  std::vector<std::string> may_assign;
};

// All roles of a preset, in the order in which they are listed. Never changes; lives for ever.
const std::vector<Role>& RolesOf(event::v1::Preset preset);

// The role with this id; null when the preset has none.
const Role* FindRole(event::v1::Preset preset, std::string_view id);

// The role that a user type stands for; null when the preset has no such type.
const Role* FindUserTypeRole(event::v1::Preset preset, event::v1::UserType type);

// The role that a user of the account may hold, by id; null when there is none: roles of
// applications and of user types can't be held that way.
const Role* FindAssignableRole(event::v1::Preset preset, std::string_view id);

// The same by id or display name, whatever the case, as imports name it (R83).
const Role* FindAssignableRoleByName(event::v1::Preset preset, std::string_view name);

// The roles (and through `type`, the user type) of an account's first administrator.
struct Administration {
  std::vector<std::string> roles;
  event::v1::UserType type = event::v1::USER_TYPE_UNSPECIFIED;
};
Administration FirstAdministration(event::v1::Preset preset);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROLE_CATALOGUE_H_
