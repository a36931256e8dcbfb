// The gRPC services of the API, in the order in which they are listed to clients.

#ifndef ROSTER_SERVICES_API_SERVICES_H_
#define ROSTER_SERVICES_API_SERVICES_H_

#include <array>

namespace roster::services {

// Full names. The server starts with these and no others.
inline constexpr std::array kApiServices = {
    "roster.identity.v1.IdentityService",
    "roster.access.v1.AccessService",
    "roster.audit.v1.AuditService",
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_API_SERVICES_H_
