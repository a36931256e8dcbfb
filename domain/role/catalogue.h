// The built-in roles of each preset. They can't be edited or removed.

#ifndef ROSTER_DOMAIN_ROLE_CATALOGUE_H_
#define ROSTER_DOMAIN_ROLE_CATALOGUE_H_

#include <string>
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
  // Ids of the roles that its holders may give although they lack permissions of those roles.
  std::vector<std::string> may_assign;
};

// All built-in roles of a preset, in the order in which they are listed; none of a number that is
// no preset. Never changes; lives for ever. The roles of an account are those of roles.h.
const std::vector<Role>& BuiltInRoles(event::v1::Preset preset);

// The roles (and through `type`, the user type) of an account's first administrator.
struct Administration {
  std::vector<std::string> roles;
  event::v1::UserType type = event::v1::USER_TYPE_UNSPECIFIED;
};
Administration FirstAdministration(event::v1::Preset preset);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROLE_CATALOGUE_H_
