#include "services/call/as_of.h"

#include <optional>
#include <vector>

#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/base/wrong.h"
#include "domain/rows/clock_rows.h"
#include "domain/rows/codec.h"

namespace roster::services {
namespace {

using domain::Position;
using domain::Reason;

absl::StatusOr<Moment> MomentAt(const storage::Log& log, Position position) {
  ROSTER_ASSIGN(const absl::Time time, storage::TimeAt(log, position));
  return Moment{position, time};
}

// The last commit from `first` to before `above` that is not later than the time, if one is. No
// commit there is earlier than the one before it.
absl::StatusOr<std::optional<Moment>> LastWithin(Position first, Position above, absl::Time time,
                                                 const storage::Log& log) {
  std::optional<Moment> found;
  while (first < above) {
    const Position middle = first + (above - first) / 2;
    ROSTER_ASSIGN(const Moment moment, MomentAt(log, middle));
    if (moment.at <= time) {
      found = moment;
      first = middle + 1;
    } else {
      above = middle;
    }
  }
  return found;
}

absl::StatusOr<Moment> LastUpTo(absl::Time time, const storage::Log& log,
                                const domain::World& world) {
  std::vector<Position> begins = domain::ClockSetBacks(world);
  begins.insert(begins.begin(), 1);
  Position above = world.position() + 1;
  for (; !begins.empty(); begins.pop_back()) {
    ROSTER_ASSIGN(const std::optional<Moment> found, LastWithin(begins.back(), above, time, log));
    if (found) return *found;
    above = begins.back();
  }
  return Moment{0, absl::InfinitePast()};
}

}  // namespace

absl::StatusOr<Moment> FindMoment(const identity::v1::AsOf& as_of, const storage::Log& log,
                                  const domain::World& world, absl::Time now) {
  using AsOf = identity::v1::AsOf;
  switch (as_of.moment_case()) {
    case AsOf::kPosition:
      if (as_of.position() > world.position()) return domain::Refuse(Reason::kPositionNotReached);
      return MomentAt(log, as_of.position());
    case AsOf::kTime: {
      const absl::Time time = domain::FromTimestamp(as_of.time());
      if (time <= now) return LastUpTo(time, log, world);
      return domain::RefuseFields(
          {{"as_of.time", Reason::kInvalidValue, domain::wrong::AheadOfServer()}});
    }
    case AsOf::MOMENT_NOT_SET:
      break;
  }
  return domain::RefuseFields({{"as_of", Reason::kMissingField}});
}

}  // namespace roster::services
