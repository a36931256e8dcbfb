// The ids in a request: found once in its descriptor, read as their users write them.

#ifndef ROSTER_SERVICES_METHOD_ID_FIELDS_H_
#define ROSTER_SERVICES_METHOD_ID_FIELDS_H_

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace roster::services {

// All strings of a request whose names end with _id or _ids. Immutable; thread-safe.
class IdFields {
 public:
  explicit IdFields(const google::protobuf::Descriptor& request);

  // Writes UUIDs in lower case: on input case does not count (RFC 9562 §4). Others stay as they
  // are.
  void ToLowerCase(google::protobuf::Message& request) const;

  // INVALID_FIELDS: an id is missing that every call of the method names, which are the ids of the
  // request itself, but for request_id and members of a oneof. Says nothing of what is there.
  absl::Status CheckNamed(const google::protobuf::Message& request) const;

 private:
  using Field = google::protobuf::FieldDescriptor;

  std::vector<const Field*> ids_;
  std::vector<const Field*> required_;
  std::vector<std::pair<const Field*, IdFields>> messages_;  // those that hold ids
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_METHOD_ID_FIELDS_H_
