// google.rpc.BadRequest.FieldViolation.reason, which the linked version of googleapis does not have
// yet: newer clients read it, older ones pass over it. Thread-safe.

#ifndef ROSTER_SERVICES_TRANSPORT_VIOLATION_REASON_H_
#define ROSTER_SERVICES_TRANSPORT_VIOLATION_REASON_H_

#include <google/rpc/error_details.pb.h>

#include <string>

namespace roster::services {

using FieldViolation = google::rpc::BadRequest::FieldViolation;

inline constexpr int kViolationReasonField = 3;

inline void SetReason(const std::string& reason, FieldViolation& violation) {
  violation.GetReflection()
      ->MutableUnknownFields(&violation)
      ->AddLengthDelimited(kViolationReasonField, reason);
}

// Empty where it has none.
inline std::string ReasonOf(const FieldViolation& violation) {
  const auto& fields = violation.GetReflection()->GetUnknownFields(violation);
  for (int i = 0; i < fields.field_count(); ++i) {
    if (fields.field(i).number() == kViolationReasonField) {
      return fields.field(i).length_delimited();
    }
  }
  return "";
}

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_VIOLATION_REASON_H_
