// The limits of a request, read from its descriptor (proto/roster/limit/v1/limit.proto). They are
// tested on the bytes, because a message of some MiB can parse into a hundred times as much memory.

#ifndef ROSTER_SERVICES_METHOD_BOUNDS_H_
#define ROSTER_SERVICES_METHOD_BOUNDS_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

namespace roster::services {

// Never changes once it is made; thread-safe.
class Bounds {
 public:
  // FAILED_PRECONDITION, which must keep the server from starting: a repeated field or a map has no
  // limit.
  static absl::StatusOr<Bounds> Of(const google::protobuf::Descriptor& request);

  // The most bytes of the request.
  size_t max_bytes() const { return max_bytes_; }

  // Reads the whole request once and makes nothing of it. What passes may still be no message of
  // its type: the parser says so. LIMIT_EXCEEDED {max_bytes}: it is too large. INVALID_FIELDS with
  // one violation: a field has too many items or bytes. MALFORMED_REQUEST: it is not in the wire
  // format, has a group, too many unknown fields, or a message twice that is not repeated.
  absl::Status Check(std::string_view request) const;

 private:
  friend class BoundsReader;

  struct Field {
    int number;
    const google::protobuf::FieldDescriptor* descriptor;
    size_t max_items;  // 0: not repeated
    size_t max_bytes;  // of a string or bytes
    size_t type;       // index of the type of a message
  };
  struct Type {
    const google::protobuf::Descriptor* descriptor;
    std::vector<Field> fields;  // by number
  };

  Bounds() = default;
  // The index of a type, which is added with all that it holds unless it is there.
  absl::StatusOr<size_t> Add(const google::protobuf::Descriptor& descriptor);

  std::vector<Type> types_;  // the first is the request
  size_t max_bytes_ = 0;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_METHOD_BOUNDS_H_
