// Who calls, and whether he may: authentication by token, and the authorization rule of the method.

#ifndef ROSTER_SERVICES_ADMISSION_H_
#define ROSTER_SERVICES_ADMISSION_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/command.h"
#include "domain/world/world.h"
#include "roster/authorization/v1/rule.pb.h"

namespace roster::services {

// The caller behind the values of the `authorization` metadata key: exactly one, `Bearer <token>`.
// Nothing else in the metadata carries identity. Without any value: a caller of no kind, for
// methods that let anyone in. Refuses with UNAUTHENTICATED, never saying why: unknown, revoked and
// malformed tokens look the same.
absl::StatusOr<domain::Cause> Authenticate(const domain::World& world,
                                           const std::vector<std::string_view>& authorization,
                                           absl::Time now);

// Whether the rule lets the caller in, for the account and user that the request names.
// Refuses with UNAUTHENTICATED (no credential) or PERMISSION_REQUIRED {permission}; nothing is
// looked up for whom it refuses, so what he may not see is the same to him as what does not exist.
absl::Status Admit(const domain::World& world, const domain::Cause& caller,
                   const authorization::v1::Rule& rule, std::string_view account_id,
                   std::string_view user_id);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_ADMISSION_H_
