// Which actor stands behind what a call shows.

#ifndef ROSTER_DOMAIN_ACCESS_AUTHENTICATION_H_
#define ROSTER_DOMAIN_ACCESS_AUTHENTICATION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/base/command.h"
#include "domain/world/world.h"

namespace roster::domain {

// The caller that the proof stands for in this world. A token says who acts; a certificate with a
// name bound to another service account than that of the token is refused. The certificate alone
// says it where there is no token. Without either, or with names that are not bound: a caller of no
// kind. Refuses with UNAUTHENTICATED, never saying why: unknown and revoked tokens look the same,
// and so do names that are bound to several service accounts.
absl::StatusOr<Caller> Authenticate(const World& world, Proof proof, absl::Time at);

// Refuses with UNAUTHENTICATED unless the caller's proof stands for the same actor in this world
// too. Asked wherever time has passed since the caller was authenticated: a token may have been
// revoked meanwhile, and a certificate bound or unbound. A caller without proof passes.
absl::Status CheckProof(const World& world, const Caller& caller);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ACCESS_AUTHENTICATION_H_
