#include "domain/base/revision.h"

#include <string>

#include "domain/base/refusal.h"

namespace roster::domain {

absl::Status CheckRevision(uint64_t expected, uint64_t actual) {
  if (expected == 0 || expected == actual) return absl::OkStatus();
  return Refuse(Reason::kRevisionMismatch, {{"revision", std::to_string(actual)}});
}

}  // namespace roster::domain
