// The end of credentials: the tokens and bound certificates that prove callers.

#ifndef ROSTER_DOMAIN_SERVICE_ACCOUNT_CREDENTIALS_H_
#define ROSTER_DOMAIN_SERVICE_ACCOUNT_CREDENTIALS_H_

#include "domain/world/overlay.h"
#include "roster/event/v1/commit.pb.h"
#include "roster/event/v1/store.pb.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// Takes the tokens and certificates from the row of a service account, which the caller stores.
// They prove nothing from now on.
void EndCredentials(Overlay& world, view::v1::ServiceAccountRow& row);

// Unless they are kept, ends all credentials: of the service accounts of all accounts, and the
// operator's token. Prefixes that are delegated to accounts stay; they prove nobody.
void Fold(Overlay& world, const event::v1::Commit& commit, const event::v1::StoreRestored& event);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_SERVICE_ACCOUNT_CREDENTIALS_H_
