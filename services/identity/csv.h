// CSV files (RFC 4180), read with libcsv.

#ifndef ROSTER_SERVICES_IDENTITY_CSV_H_
#define ROSTER_SERVICES_IDENTITY_CSV_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace roster::services {

using CsvRow = std::vector<std::string>;

// The rows of a file, with or without a UTF-8 byte order mark and a newline at the end; empty lines
// are passed over. Refuses with MALFORMED_CSV {row} (a stray quote, a quote that is not closed) and
// LIMIT_EXCEEDED (more than a million rows).
absl::StatusOr<std::vector<CsvRow>> ReadCsv(std::string_view file);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IDENTITY_CSV_H_
