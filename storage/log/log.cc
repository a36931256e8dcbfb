#include "storage/log/log.h"

#include "domain/base/try.h"
#include "domain/rows/codec.h"

namespace roster::storage {

absl::StatusOr<absl::Time> TimeAt(const Log& log, Position position) {
  if (position == 0) return absl::InfinitePast();
  ROSTER_ASSIGN(const std::vector<event::v1::Commit> commits, log.Read(position, 1));
  if (commits.empty()) return absl::DataLossError("the log lacks a record that it said it has");
  return domain::FromTimestamp(commits.front().time());
}

}  // namespace roster::storage
