// Authentication by token or client certificate, and the authorization rule of the method.

#ifndef ROSTER_SERVICES_METHOD_ADMISSION_H_
#define ROSTER_SERVICES_METHOD_ADMISSION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/base/command.h"
#include "domain/role/permission.h"
#include "domain/world/world.h"
#include "roster/authorization/v1/rule.pb.h"
#include "roster/view/v1/row.pb.h"

namespace roster::services {

// What of a call identifies the caller. Nothing else of it does.
struct Credentials {
  // The values of the `authorization` metadata key.
  std::vector<std::string_view> authorization;
  // The names in the client certificate, as they are bound (certificate_name.h), where the
  // transport has verified one.
  std::vector<std::string> certificate_names;
};

// The caller behind the credentials (domain/access/authentication.h), with what proved it. A token
// is exactly one value, `Bearer <token>`; malformed ones are refused with UNAUTHENTICATED as
// unknown ones are.
absl::StatusOr<domain::Caller> Authenticate(const domain::World& world, Credentials credentials,
                                            absl::Time now);

// The authorization rule of a method, ready to be applied.
struct AccessRule {
  authorization::v1::Rule::FormCase form = authorization::v1::Rule::FORM_NOT_SET;
  std::optional<domain::Permission> permission;  // where the form names one
};

// FAILED_PRECONDITION: the rule has no form, or names a permission that does not exist.
absl::StatusOr<AccessRule> ReadRule(const authorization::v1::Rule& rule);

// Whether the rule lets the caller in, for the account and user that the request names.
// Refuses with UNAUTHENTICATED (no credential) or PERMISSION_REQUIRED {permission}. A refused call
// looks nothing else up, so that what the caller may not see looks like what does not exist.
// `account`: becomes the row of the account where the rule had to read it.
absl::Status Admit(const domain::World& world, const domain::Caller& caller, const AccessRule& rule,
                   std::string_view account_id, std::string_view user_id,
                   std::optional<view::v1::AccountRow>& account);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_METHOD_ADMISSION_H_
