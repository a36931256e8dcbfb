// The clock of commits, as far as the log tells of it.

#ifndef ROSTER_DOMAIN_CLOCK_CLOCK_H_
#define ROSTER_DOMAIN_CLOCK_CLOCK_H_

#include "domain/world/overlay.h"
#include "roster/event/v1/clock.pb.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {

void Fold(Overlay& world, const event::v1::Commit& commit, const event::v1::ClockSetBack& event);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_CLOCK_CLOCK_H_
