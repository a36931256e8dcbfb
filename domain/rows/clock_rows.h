// Rows about the clock of commits.

#ifndef ROSTER_DOMAIN_ROWS_CLOCK_ROWS_H_
#define ROSTER_DOMAIN_ROWS_CLOCK_ROWS_H_

#include <vector>

#include "domain/world/overlay.h"
#include "domain/world/world.h"

namespace roster::domain {

// Notes that the clock was set back at the overlay's position: its commit is earlier than the one
// before it.
void NoteClockSetBack(Overlay& world);

// The positions of those commits, ascending. Between two of them times never run backwards.
std::vector<Position> ClockSetBacks(const World& world);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROWS_CLOCK_ROWS_H_
