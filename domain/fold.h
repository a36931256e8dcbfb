// Fold: what an event makes of a world. Total: every event applies to every world that history can
// produce; nothing is refused, and no clock or randomness is read. The views are nothing but the
// fold of the log.

#ifndef ROSTER_DOMAIN_FOLD_H_
#define ROSTER_DOMAIN_FOLD_H_

#include "domain/world/overlay.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {

// Folds all events of a commit in order and moves the world to the commit's position.
void Fold(Overlay& world, const event::v1::Commit& commit);

// Whether this version knows every event of the commit. An unknown one stops the start: nothing is
// skipped.
bool KnowsEveryEvent(const event::v1::Commit& commit);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_FOLD_H_
