// JSON requests as people write them.

#ifndef ROSTER_TOOLS_ROSTERCTL_LENIENT_JSON_H_
#define ROSTER_TOOLS_ROSTERCTL_LENIENT_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

namespace roster::ctl {

// Which of the two JSON forms of a google.protobuf.FieldMask is written: "a,b" as the mapping of
// protobuf has it, or {"paths": ["a", "b"]} as grpcurl takes it.
enum class MaskForm { kText, kPaths };

// The JSON of a message of this type, with values of enums by their full names, whether they came
// with their prefix or without, in whatever case, and masks in the form that is asked for,
// whichever they came in. What it does not know stays as it is. INVALID_ARGUMENT: it is no JSON
// object.
absl::StatusOr<std::string> Canonical(const google::protobuf::Descriptor& type,
                                      const std::string& json, MaskForm masks);

}  // namespace roster::ctl

#endif  // ROSTER_TOOLS_ROSTERCTL_LENIENT_JSON_H_
