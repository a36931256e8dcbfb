// Which fields of a user are answered (AIP-157).

#ifndef ROSTER_SERVICES_IDENTITY_READ_MASK_H_
#define ROSTER_SERVICES_IDENTITY_READ_MASK_H_

#include "absl/status/statusor.h"
#include "domain/user/list/user_fields.h"
#include "google/protobuf/field_mask.pb.h"
#include "roster/identity/v1/user.pb.h"

namespace roster::services {

// A plain value.
class ReadMask {
 public:
  // An empty mask, and one with the path `*`, is all fields. Refuses paths that User does not have:
  // INVALID_FIELDS.
  static absl::StatusOr<ReadMask> Parse(const google::protobuf::FieldMask& mask);

  // Fills an empty message with what the mask shows of the user. Opens personal data only to show
  // it.
  void Show(const domain::Candidate& user, identity::v1::User& shown) const;

 private:
  bool all_ = true;
  bool profile_ = true;
  google::protobuf::FieldMask mask_;  // without repetitions
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IDENTITY_READ_MASK_H_
