#include "domain/clock/clock.h"

#include "domain/rows/clock_rows.h"

namespace roster::domain {

void Fold(Overlay& world, const event::v1::Commit& /*commit*/,
          const event::v1::ClockSetBack& /*event*/) {
  NoteClockSetBack(world);
}

}  // namespace roster::domain
