// The methods of the server, read from their descriptors at start: the authorization rule, the
// fields that every request of a kind shares, and the handler.

#ifndef ROSTER_SERVICES_METHOD_METHOD_H_
#define ROSTER_SERVICES_METHOD_METHOD_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/method/admission.h"
#include "services/method/bounds.h"
#include "services/method/conventions.h"
#include "services/method/handler.h"
#include "services/method/id_fields.h"
#include "services/telemetry/metrics.h"

namespace roster::services {

// One RPC. Never changes after start; thread-safe.
struct Method {
  std::string full_name;  // "roster.identity.v1.IdentityService/CreateUser"
  AccessRule rule;
  Handler handler;
  MethodMetrics metrics;
  ConventionFields conventions;
  Bounds bounds;  // of its request
  IdFields ids;   // in its request
  // What new messages are made from; null for a message that was not generated.
  const google::protobuf::Message* request = nullptr;
  const google::protobuf::Message* response = nullptr;
};

// The methods of one service, in the order of its descriptor.
using Methods = std::vector<Method>;

// Reads the methods of a service from its descriptor and joins them with their handlers.
// FAILED_PRECONDITION, which must keep the server from starting: a method has no rule, a rule names
// a permission that does not exist or needs a field that the request lacks, a method has no handler
// of its kind or lacks a field of the conventions, a request has no bounds, or a handler has no
// method.
absl::StatusOr<Methods> ReadMethods(const google::protobuf::ServiceDescriptor& service,
                                    Handlers handlers, Metrics& metrics);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_METHOD_METHOD_H_
