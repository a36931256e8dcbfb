// How folds write the rows of aggregates: each of them counts its changes in `revision`.

#ifndef ROSTER_DOMAIN_ROWS_UPDATE_ROW_H_
#define ROSTER_DOMAIN_ROWS_UPDATE_ROW_H_

#include <optional>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "domain/rows/codec.h"
#include "domain/world/overlay.h"

namespace roster::domain {

// Stores the row of a new aggregate, as its first revision.
template <typename Row>
void InsertRow(Overlay& world, Table table, std::string_view key, Row& row) {
  row.set_revision(1);
  world.Insert(table, key, Encode(row));
}

// A row as it was, and as it is now.
template <typename Row>
struct RowChange {
  Row before;
  Row after;
};

// Stores what `change` makes of a row, as its next revision. An unknown row stays unknown and
// nothing is returned: a fold is total.
template <typename Row>
std::optional<RowChange<Row>> UpdateRow(Overlay& world, Table table, std::string_view key,
                                        absl::FunctionRef<void(Row&)> change) {
  auto before = FindRow<Row>(world, table, key);
  if (!before) return std::nullopt;
  Row after = *before;
  change(after);
  after.set_revision(before->revision() + 1);
  world.Put(table, key, Encode(after));
  return RowChange<Row>{*std::move(before), std::move(after)};
}

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROWS_UPDATE_ROW_H_
