// Which fields of a message are answered (AIP-157).

#ifndef ROSTER_DOMAIN_LIST_READ_MASK_H_
#define ROSTER_DOMAIN_LIST_READ_MASK_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace roster::domain {

// A plain value.
class ReadMask {
 public:
  // An empty mask, and one with the path `*`, is all fields. Refuses paths that the type does not
  // have: INVALID_FIELDS.
  static absl::StatusOr<ReadMask> Parse(const google::protobuf::Descriptor& type,
                                        const google::protobuf::FieldMask& mask);

  // Whether it shows some of this field, which stands at the top of the message.
  bool Shows(std::string_view field) const;

  // Clears what it does not show.
  void Trim(google::protobuf::Message& message) const;

 private:
  bool all_ = true;
  google::protobuf::FieldMask mask_;  // without repetitions
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_LIST_READ_MASK_H_
