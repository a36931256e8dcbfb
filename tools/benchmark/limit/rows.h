// The rows that new users leave in the log and in the views: made by the fold itself, so that the
// limits write what Roster writes, whatever that becomes.

#ifndef ROSTER_TOOLS_BENCHMARK_LIMIT_ROWS_H_
#define ROSTER_TOOLS_BENCHMARK_LIMIT_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "domain/world/world.h"

namespace roster::benchmark {

struct ViewRow {
  domain::Table table;
  std::string key;
  std::string value;
};

// What one commit leaves behind.
struct CommitRows {
  std::string record;          // in the log
  std::vector<ViewRow> views;  // in the order in which Roster writes them
};

// The commit with these users, who are numbered from `first`; the ids of users come in order.
CommitRows RowsOf(uint64_t first, uint64_t users);

// The user's row among those of a commit: the first of its table.
const ViewRow& UserRowOf(const CommitRows& rows);

}  // namespace roster::benchmark

#endif  // ROSTER_TOOLS_BENCHMARK_LIMIT_ROWS_H_
