// Every refusal of Roster: one table of reasons. Reasons are API: never renamed, never given
// another code.
//
// A refusal travels as an absl::Status whose payloads are "reason", "metadata/<key>",
// "field/<name>" and "retry_ms"; the services turn it into google.rpc.ErrorInfo, BadRequest and
// RetryInfo. A status without a reason is an internal error. docs/reasons.md lists them all.

#ifndef ROSTER_DOMAIN_BASE_REFUSAL_H_
#define ROSTER_DOMAIN_BASE_REFUSAL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace roster::domain {

enum class Reason {
#define ROSTER_REASON(name, code, text, message, retry_after) name,
#include "domain/base/reasons.def"
#undef ROSTER_REASON
};

// The name of a reason as clients see it, e.g. "EMAIL_TAKEN".
std::string_view ReasonName(Reason reason);

// The sentence for people that goes with a reason.
std::string_view ReasonMessage(Reason reason);

// The reason of a name; nothing when none has it.
std::optional<Reason> FindReason(std::string_view name);

// After which time the same call may succeed without anybody's doing; nothing where it can't.
std::optional<absl::Duration> RetryAfter(Reason reason);

// Key and value of google.rpc.ErrorInfo.metadata.
using Metadata = std::vector<std::pair<std::string, std::string>>;

// A wrong field of a request: its path in the request, an element of a repeated field by its index
// ("prefixes.0"), and why. `detail`, unless empty, is told in place of the message of the reason.
// An INVALID_VALUE always has one: a sentence of wrong.h.
struct Violation {
  std::string field;
  Reason reason;
  std::string detail = {};
};

// UNKNOWN_FIELD: the path in a field mask of the request, the `index`-th of the mask.
Violation UnknownPath(std::string_view mask, size_t index, std::string_view path);

// A refusal with the code and message that the table has for the reason.
absl::Status Refuse(Reason reason, const Metadata& metadata = {});

// LIMIT_EXCEEDED {limit, value}: the name of a limit, and how much it lets through.
absl::Status RefuseLimit(std::string_view limit, uint64_t value);

// INVALID_FIELDS with one violation for each wrong field, all at once; of more than 100 with the
// first 100, and how many there are {violations}.
absl::Status RefuseFields(const std::vector<Violation>& violations);

// The refusal with more metadata. OK stays OK, and an internal error internal.
absl::Status WithMetadata(absl::Status refusal, const Metadata& metadata);

// The reason name of a refusal; empty for OK and for internal errors.
std::string ReasonOf(const absl::Status& status);

// The value of a metadata key of a refusal; empty when there is none.
std::string MetadataOf(const absl::Status& status, std::string_view key);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_BASE_REFUSAL_H_
