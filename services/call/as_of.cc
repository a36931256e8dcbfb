#include "services/call/as_of.h"

#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/base/wrong.h"
#include "domain/rows/codec.h"

namespace roster::services {
namespace {

using domain::Position;
using domain::Reason;

absl::StatusOr<Moment> MomentAt(const storage::Log& log, Position position) {
  ROSTER_ASSIGN(const absl::Time time, storage::TimeAt(log, position));
  return Moment{position, time};
}

// The last commit that is not later than the time.
absl::StatusOr<Moment> LastUpTo(absl::Time time, const storage::Log& log, Position published) {
  Moment found{0, absl::InfinitePast()};
  for (Position above = published + 1; found.position + 1 < above;) {
    const Position middle = found.position + (above - found.position) / 2;
    ROSTER_ASSIGN(const Moment moment, MomentAt(log, middle));
    if (moment.at <= time) {
      found = moment;
    } else {
      above = middle;
    }
  }
  return found;
}

}  // namespace

absl::StatusOr<Moment> FindMoment(const identity::v1::AsOf& as_of, const storage::Log& log,
                                  Position published, absl::Time now) {
  using AsOf = identity::v1::AsOf;
  switch (as_of.moment_case()) {
    case AsOf::kPosition:
      if (as_of.position() > published) return domain::Refuse(Reason::kPositionNotReached);
      return MomentAt(log, as_of.position());
    case AsOf::kTime: {
      const absl::Time time = domain::FromTimestamp(as_of.time());
      if (time <= now) return LastUpTo(time, log, published);
      return domain::RefuseFields(
          {{"as_of.time", Reason::kInvalidValue, domain::wrong::AheadOfServer()}});
    }
    case AsOf::MOMENT_NOT_SET:
      break;
  }
  return domain::RefuseFields({{"as_of", Reason::kMissingField}});
}

}  // namespace roster::services
