#include "domain/role/catalogue.h"

#include <array>
#include <cstdlib>

#include "absl/strings/str_split.h"

namespace roster::domain {
namespace {

using event::v1::Preset;
using event::v1::UserType;

// A role as text. Permissions: names, `feature.*`, or `*` for all that the preset knows; `-name`
// takes one out again. may_assign: role ids, or `*` for all of the preset; `-id` takes one out
// again.
struct Definition {
  std::string_view id;
  std::string_view display_name;
  std::string_view description;
  std::string_view permissions;
  std::string_view may_assign;
  Level level = Level::kAccount;
  UserType user_type = event::v1::USER_TYPE_UNSPECIFIED;
};

constexpr Definition kEveryPreset[] = {
    {"super_admin", "Super Admin", "May do everything in the account.", "*", "*"},
    {"auditor", "Auditor", "Reads users, access and the audit log.",
     "users.view groups.view projects.view roles.view access.view audit.read users.export", ""},
    {"service_checker", "Service Checker", "For services that ask what a user may do.",
     "access.check users.view", ""},
};
constexpr Definition kClientPortal[] = {
    {"administrator", "Administrator", "Manages users and their access.",
     "* -users.erase -services.manage", "* -super_admin"},
    {"basic", "Basic", "Uses the features that are assigned.", "", ""},
};
constexpr Definition kRoleMatrix[] = {
    {"admin", "Admin", "Manages users, groups and access.",
     "users.* -users.erase -users.import -users.export groups.* roles.view access.view "
     "access.manage",
     "* -super_admin"},
    {"creator", "Creator", "Creates content.", "users.view roles.view content.create", ""},
    {"viewer", "Viewer", "Views content.", "users.view roles.view content.view", ""},
    {"ecommerce_viewer", "Ecommerce Viewer", "Views the store.", "users.view roles.view store.view",
     ""},
};
constexpr Definition kProjectTeams[] = {
    {"user_type_admin", "Admin", "User type: manages users and duplicates projects.",
     "users.* -users.erase groups.* projects.* access.* roles.view account.manage",
     "user_type_admin user_type_standard user_type_read_only", Level::kAccount,
     event::v1::USER_TYPE_ADMIN},
    {"user_type_standard", "Standard", "User type: works in assigned projects.", "", "",
     Level::kAccount, event::v1::USER_TYPE_STANDARD},
    {"user_type_read_only", "Read-Only", "User type: changes nothing in a project.", "", "",
     Level::kAccount, event::v1::USER_TYPE_READ_ONLY},
};
constexpr Definition kWorkforce[] = {
    {"lifecycle_admin", "Lifecycle Admin", "Manages lifecycle and portal users.", "*", "*"},
    {"lifecycle_user", "Lifecycle User", "Works on tasks.", "tasks.view", ""},
    {"collaboration_user", "Collaboration User", "Uses a portal.", "portal.view", "",
     Level::kCollaboration},
};
constexpr Definition kApplications[] = {
    {"account_owner", "Account Owner", "Manages critical settings, payment and subscriptions.",
     "account.* billing.manage subscriptions.manage users.view roles.view", ""},
    {"user_manager", "User Manager", "Manages users.",
     "users.* -users.import -users.export groups.* access.* applications.* roles.view",
     "account_owner user_manager admin content_editor reader"},
    {"admin", "Admin", "Configures one application.", "application.configure content.read", "",
     Level::kApplication},
    {"content_editor", "Content Editor", "Creates and edits content of one application.",
     "content.create content.edit content.read", "", Level::kApplication},
    {"reader", "Reader", "Reads one application; comes with membership.", "content.read", "",
     Level::kApplication},
};

std::vector<std::string> Words(std::string_view text) {
  return absl::StrSplit(absl::string_view(text.data(), text.size()), ' ', absl::SkipEmpty());
}

// Whether `pattern` is `*`, the name itself, or `feature.*` of it.
bool Matches(std::string_view pattern, std::string_view name) {
  if (pattern == "*" || pattern == name) return true;
  return pattern.size() > 2 && pattern.substr(pattern.size() - 2) == ".*" &&
         name.substr(0, pattern.size() - 1) == pattern.substr(0, pattern.size() - 1);
}

// Whether the last word that speaks of the name lets it in.
bool Includes(const std::vector<std::string>& words, std::string_view name) {
  bool included = false;
  for (const std::string& word : words) {
    const bool out = word.front() == '-';
    if (Matches(std::string_view(word).substr(out ? 1 : 0), name)) included = !out;
  }
  return included;
}

// Whether a role of the level can hold permissions of the other: an account role does not reach
// into projects, applications or portals.
bool Reaches(Level role, Level permission) {
  if (role != Level::kAccount) return true;
  return permission == Level::kAccount || permission == Level::kFeature;
}

std::vector<Definition> DefinitionsOf(Preset preset) {
  std::vector<Definition> all;
  const auto add = [&all](const auto& some) {
    all.insert(all.end(), std::begin(some), std::end(some));
  };
  switch (preset) {
    case event::v1::PRESET_CLIENT_PORTAL:
      add(kClientPortal);
      break;
    case event::v1::PRESET_ROLE_MATRIX:
      add(kRoleMatrix);
      break;
    case event::v1::PRESET_PROJECT_TEAMS:
      add(kProjectTeams);
      break;
    case event::v1::PRESET_WORKFORCE:
      add(kWorkforce);
      break;
    case event::v1::PRESET_APPLICATIONS:
      add(kApplications);
      break;
    default:  // a proto enum is open: a number that this version does not know has no roles
      return {};
  }
  all.insert(all.begin(), std::begin(kEveryPreset), std::begin(kEveryPreset) + 1);
  all.insert(all.end(), std::begin(kEveryPreset) + 1, std::end(kEveryPreset));
  return all;
}

std::vector<Role> Build(Preset preset) {
  const std::vector<Definition> definitions = DefinitionsOf(preset);
  const PermissionSet known = KnownPermissions(preset);
  std::vector<Role> roles;
  for (const Definition& definition : definitions) {
    Role role{std::string(definition.id),
              std::string(definition.display_name),
              std::string(definition.description),
              definition.level,
              definition.user_type,
              {},
              {}};
    const auto permissions = Words(definition.permissions);
    known.ForEach([&](Permission permission) {
      if (Reaches(role.level, PermissionLevel(permission)) &&
          Includes(permissions, PermissionName(permission))) {
        role.permissions.Add(permission);
      }
    });
    const auto may_assign = Words(definition.may_assign);
    for (const Definition& other : definitions) {
      if (Includes(may_assign, other.id)) role.may_assign.emplace_back(other.id);
    }
    roles.push_back(std::move(role));
  }
  return roles;
}

}  // namespace

const std::vector<Role>& BuiltInRoles(Preset preset) {
  using Catalogue = std::array<std::vector<Role>, event::v1::Preset_ARRAYSIZE>;
  static const Catalogue* const kCatalogue = [] {
    auto* catalogue = new Catalogue;  // never destroyed: readers may outlive static destruction
    for (int i = 0; i < event::v1::Preset_ARRAYSIZE; ++i) {
      (*catalogue)[i] = Build(static_cast<Preset>(i));
    }
    return catalogue;
  }();
  const auto index = static_cast<size_t>(preset);
  return (*kCatalogue)[index < kCatalogue->size() ? index : 0];
}

Administration FirstAdministration(Preset preset) {
  switch (preset) {
    case event::v1::PRESET_CLIENT_PORTAL:
      return {{"administrator"}, event::v1::USER_TYPE_UNSPECIFIED};
    case event::v1::PRESET_PROJECT_TEAMS:
      return {{}, event::v1::USER_TYPE_ADMIN};
    case event::v1::PRESET_WORKFORCE:
      return {{"lifecycle_admin"}, event::v1::USER_TYPE_UNSPECIFIED};
    case event::v1::PRESET_APPLICATIONS:
      return {{"account_owner", "user_manager"}, event::v1::USER_TYPE_UNSPECIFIED};
    case event::v1::PRESET_ROLE_MATRIX:
    default:  // a proto enum is open
      return {{"super_admin"}, event::v1::USER_TYPE_UNSPECIFIED};
  }
}

}  // namespace roster::domain
