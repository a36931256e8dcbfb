// What the header of an import says: how its file is written, and which columns hold which fields
// of its users. Pure.

#ifndef ROSTER_SERVICES_IDENTITY_IMPORT_HEADER_H_
#define ROSTER_SERVICES_IDENTITY_IMPORT_HEADER_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "roster/identity/v1/import.pb.h"

namespace roster::services {

// INVALID_FIELDS: the request id is no UUID, or no such delimiter or charset is known.
absl::Status CheckHeader(const identity::v1::ImportHeader& header);

// Columns from 0.
using ImportColumns = std::map<identity::v1::ImportField, size_t>;

// What the mapping says of a file with this first row. A column that the import can do without may
// be missing; without a header, those of title and role may lie beyond the first row.
// MAPPING_INCOMPLETE {fields}; INVALID_FIELDS: the file has no such column, or a field has two.
absl::StatusOr<ImportColumns> ReadMapping(const identity::v1::ImportHeader& header,
                                          const std::vector<std::string>& first);

// The least columns of a row that has all fields which every user needs.
size_t LeastWidth(const ImportColumns& columns);

// INVALID_FIELDS: the column of this field is none of so many.
absl::Status RefuseColumn(const identity::v1::ImportHeader& header, identity::v1::ImportField field,
                          size_t width);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IDENTITY_IMPORT_HEADER_H_
