// What is told of a row that failed, and what the log keeps of it for a repeat. Pure.

#ifndef ROSTER_SERVICES_IDENTITY_ROW_ERROR_H_
#define ROSTER_SERVICES_IDENTITY_ROW_ERROR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "roster/event/v1/commit.pb.h"
#include "roster/identity/v1/import.pb.h"

namespace roster::services {

// Of a refusal of the row.
identity::v1::RowError RowErrorOf(const absl::Status& refusal);

// The log is plain and kept for ever, so the text of the file stays out of it: a repeat has the
// same file and so the same roles in the row.
event::v1::Receipt::RefusedRow ToReceipt(const identity::v1::RowError& error,
                                         const std::vector<std::string>& roles);
identity::v1::RowError FromReceipt(const event::v1::Receipt::RefusedRow& refused,
                                   const std::vector<std::string>& roles);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IDENTITY_ROW_ERROR_H_
