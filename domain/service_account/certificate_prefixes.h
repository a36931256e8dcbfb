// Prefixes of names in client certificates: the operator delegates them to accounts, which may then
// bind all names below them. Command, decision, fold.

#ifndef ROSTER_DOMAIN_SERVICE_ACCOUNT_CERTIFICATE_PREFIXES_H_
#define ROSTER_DOMAIN_SERVICE_ACCOUNT_CERTIFICATE_PREFIXES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/base/command.h"
#include "domain/world/overlay.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {

// Delegates these prefixes to the account and takes back all others of it. Names that are bound
// stay bound.
struct SetCertificatePrefixes {
  std::string account_id;
  uint64_t expected_revision = 0;
  std::vector<std::string> prefixes;
};

// For the operator. Refuses: PERMISSION_REQUIRED, ACCOUNT_NOT_FOUND, REVISION_MISMATCH,
// LIMIT_EXCEEDED, INVALID_FIELDS (no prefix, or one that covers another), CERTIFICATE_TAKEN
// {prefix} where another account has this prefix, one above or below it, or a name below it. So the
// names below a prefix belong to one account. Those that the account has: no events.
absl::StatusOr<Events> Decide(const World& world, const SetCertificatePrefixes& command,
                              const Caller& caller);

// Whether the caller may bind the name (certificate_name.h) to a service account of the account.
// Refuses with CERTIFICATE_NOT_PROVEN unless the call shows a certificate with the name, or the
// name is below a prefix of the account, or the actor is the operator: the same for names that are
// bound and for those that are free. Only then with CERTIFICATE_TAKEN, by another service account,
// or by another account with a prefix above the name.
absl::Status AuthorizeBinding(const World& world, const Caller& caller, std::string_view account_id,
                              std::string_view name);

void Fold(Overlay& world, const event::v1::Commit& commit,
          const event::v1::CertificatePrefixesChanged& event);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_SERVICE_ACCOUNT_CERTIFICATE_PREFIXES_H_
