// What the events of users make of the views.

#ifndef ROSTER_DOMAIN_USER_FOLD_H_
#define ROSTER_DOMAIN_USER_FOLD_H_

#include "domain/world/overlay.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {

// `whole` is the event with its personal data: sealed, and opened unless it is forgotten.
void Fold(Overlay& world, const event::v1::Commit& commit, const event::v1::UserCreated& event,
          const event::v1::Event& whole);
void Fold(Overlay& world, const event::v1::Commit& commit, const event::v1::UserUpdated& event,
          const event::v1::Event& whole);
void Fold(Overlay& world, const event::v1::Commit& commit, const event::v1::UserEnabled& event);
void Fold(Overlay& world, const event::v1::Commit& commit, const event::v1::UserDisabled& event);
void Fold(Overlay& world, const event::v1::Commit& commit, const event::v1::UserDeleted& event);
void Fold(Overlay& world, const event::v1::Commit& commit, const event::v1::UserRestored& event);
void Fold(Overlay& world, const event::v1::Commit& commit, const event::v1::RoleChanged& event);
void Fold(Overlay& world, const event::v1::Commit& commit, const event::v1::UserApproved& event);
void Fold(Overlay& world, const event::v1::Commit& commit,
          const event::v1::UserApprovalRevoked& event);
void Fold(Overlay& world, const event::v1::Commit& commit, const event::v1::UserErased& event);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_FOLD_H_
