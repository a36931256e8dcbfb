#include "storage/log/log.h"

#include "domain/rows/rows.h"

namespace roster::storage {

absl::StatusOr<absl::Time> TimeAt(const Log& log, Position position) {
  if (position == 0) return absl::InfinitePast();
  const absl::StatusOr<std::vector<event::v1::Commit>> commits = log.Read(position, 1);
  if (!commits.ok()) return commits.status();
  if (commits->empty()) return absl::DataLossError("the log lacks a record that it said it has");
  return domain::FromTimestamp(commits->front().time());
}

}  // namespace roster::storage
