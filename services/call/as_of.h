// Which position a read of the past means.

#ifndef ROSTER_SERVICES_CALL_AS_OF_H_
#define ROSTER_SERVICES_CALL_AS_OF_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/world/world.h"
#include "roster/identity/v1/as_of.pb.h"
#include "storage/log/log.h"

namespace roster::services {

// A moment of the past.
struct Moment {
  domain::Position position = 0;
  absl::Time at;  // of the commit there, the infinite past before the first one
};

// The moment in a log whose published version is `world`. Reads one record for each halving of the
// log. Refuses: INVALID_FIELDS (no moment, or a time after `now`, of which nothing is known yet),
// POSITION_NOT_REACHED. Other errors: of the log.
//
// Where the clock was set back, a time is first looked for after that: what was committed while the
// clock was ahead counts as older than what came then.
absl::StatusOr<Moment> FindMoment(const identity::v1::AsOf& as_of, const storage::Log& log,
                                  const domain::World& world, absl::Time now);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CALL_AS_OF_H_
