// What an import is going to do: the rows of its file as the mapping reads them, in groups of one
// commit each.

#ifndef ROSTER_SERVICES_IDENTITY_IMPORT_PLAN_H_
#define ROSTER_SERVICES_IDENTITY_IMPORT_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/import/import_users.h"
#include "roster/identity/v1/import.pb.h"
#include "services/method/ids.h"

namespace roster::services {

// Rows of the file that are settled together.
inline constexpr size_t kImportGroupRows = 200;

// A row of the file: what it asks for, or why it can't be read.
struct PlannedRow {
  uint32_t number = 0;  // from 1, without the header
  absl::Status status;
  domain::ImportRow row;
};

// Reads a file. Rows with another number of columns than the first get COLUMN_COUNT; rows that
// share a normalised email or user name are marked as duplicates, all of them. Refuses as a
// whole: MAPPING_INCOMPLETE {fields}, INVALID_FIELDS (a column that does not exist, or two for one
// field), MALFORMED_CSV, LIMIT_EXCEEDED.
absl::StatusOr<std::vector<PlannedRow>> PlanImport(const identity::v1::ImportHeader& header,
                                                   std::string_view file, IdSource& ids);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IDENTITY_IMPORT_PLAN_H_
