// Revisions of rows: a number that grows with each change, against lost updates.

#ifndef ROSTER_DOMAIN_BASE_REVISION_H_
#define ROSTER_DOMAIN_BASE_REVISION_H_

#include <cstdint>

#include "absl/status/status.h"

namespace roster::domain {

// Refuses with REVISION_MISMATCH {revision} when the caller expected another one; 0 expects any.
absl::Status CheckRevision(uint64_t expected, uint64_t actual);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_BASE_REVISION_H_
