// Service accounts: backend services that call Roster for one account, hold roles like users, and
// prove themselves by tokens, of which only hashes are kept, or by client certificates. Commands,
// decisions, fold.

#ifndef ROSTER_DOMAIN_SERVICE_ACCOUNT_SERVICE_ACCOUNT_H_
#define ROSTER_DOMAIN_SERVICE_ACCOUNT_SERVICE_ACCOUNT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/base/command.h"
#include "domain/world/overlay.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {

struct CreateServiceAccount {
  std::string account_id;
  std::string service_account_id;
  std::string name;
  std::vector<std::string> roles;
};

// Disables a service account for good; its tokens and certificates stop working.
struct DisableServiceAccount {
  std::string account_id;
  std::string service_account_id;
};

struct IssueServiceToken {
  std::string account_id;
  std::string service_account_id;
  std::string token_id;
  std::string token_hash;  // SHA-256, raw
};

struct RevokeServiceToken {
  std::string account_id;
  std::string service_account_id;
  std::string token_id;
};

// Lets client certificates with this name prove the service account.
struct BindCertificate {
  std::string account_id;
  std::string service_account_id;
  std::string identity;  // a URI or DNS name, in whatever case it came
};

struct UnbindCertificate {
  std::string account_id;
  std::string service_account_id;
  std::string identity;
};

// All decisions below require services.manage in the account, or the operator. Those about an
// existing service account refuse with ESCALATION a caller that may not assign all that it holds: a
// token or certificate is a way to act as it, and the end of one takes power from it.

// Refuses: PERMISSION_REQUIRED, ACCOUNT_NOT_FOUND, INVALID_FIELDS, LIMIT_EXCEEDED, ROLE_NOT_FOUND,
// ESCALATION, NAME_TAKEN.
absl::StatusOr<Events> Decide(const World& world, const CreateServiceAccount& command,
                              const Caller& caller);
// PERMISSION_REQUIRED, SERVICE_ACCOUNT_NOT_FOUND, ESCALATION. Of a disabled one: no events.
absl::StatusOr<Events> Decide(const World& world, const DisableServiceAccount& command,
                              const Caller& caller);
// PERMISSION_REQUIRED, SERVICE_ACCOUNT_NOT_FOUND, ESCALATION, SERVICE_ACCOUNT_DISABLED,
// LIMIT_EXCEEDED.
absl::StatusOr<Events> Decide(const World& world, const IssueServiceToken& command,
                              const Caller& caller);
// PERMISSION_REQUIRED, SERVICE_ACCOUNT_NOT_FOUND, ESCALATION, TOKEN_NOT_FOUND.
absl::StatusOr<Events> Decide(const World& world, const RevokeServiceToken& command,
                              const Caller& caller);
// PERMISSION_REQUIRED, SERVICE_ACCOUNT_NOT_FOUND, ESCALATION, SERVICE_ACCOUNT_DISABLED,
// INVALID_FIELDS, LIMIT_EXCEEDED, CERTIFICATE_NOT_PROVEN, CERTIFICATE_TAKEN (AuthorizeBinding; by
// any account, because a certificate names none). Bound to this one already: no events.
absl::StatusOr<Events> Decide(const World& world, const BindCertificate& command,
                              const Caller& caller);
// PERMISSION_REQUIRED, SERVICE_ACCOUNT_NOT_FOUND, ESCALATION, CERTIFICATE_NOT_FOUND.
absl::StatusOr<Events> Decide(const World& world, const UnbindCertificate& command,
                              const Caller& caller);

void Fold(Overlay& world, const event::v1::Commit& commit,
          const event::v1::OperatorTokenIssued& event);
void Fold(Overlay& world, const event::v1::Commit& commit,
          const event::v1::OperatorTokenRevoked& event);
void Fold(Overlay& world, const event::v1::Commit& commit,
          const event::v1::ServiceAccountCreated& event);
void Fold(Overlay& world, const event::v1::Commit& commit,
          const event::v1::ServiceAccountDisabled& event);
void Fold(Overlay& world, const event::v1::Commit& commit,
          const event::v1::ServiceTokenIssued& event);
void Fold(Overlay& world, const event::v1::Commit& commit,
          const event::v1::ServiceTokenRevoked& event);
void Fold(Overlay& world, const event::v1::Commit& commit,
          const event::v1::CertificateBound& event);
void Fold(Overlay& world, const event::v1::Commit& commit,
          const event::v1::CertificateUnbound& event);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_SERVICE_ACCOUNT_SERVICE_ACCOUNT_H_
