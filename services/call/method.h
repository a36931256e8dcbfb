// The methods of the server, read from their descriptors at start: the authorization rule, the
// fields that every request of a kind shares, and the handler.

#ifndef ROSTER_SERVICES_CALL_METHOD_H_
#define ROSTER_SERVICES_CALL_METHOD_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "roster/authorization/v1/rule.pb.h"
#include "roster/identity/v1/as_of.pb.h"
#include "services/call/handler.h"
#include "services/telemetry/metrics.h"

namespace roster::services {

// The conventions of a request, as far as it has the fields.
struct Conventions {
  std::string account_id;
  std::string user_id;
  std::string request_id;
  const identity::v1::AsOf* as_of = nullptr;  // of the request
  bool validate_only = false;
  uint64_t at_least_position = 0;
};

// One RPC. Never changes after start; thread-safe.
struct Method {
  std::string full_name;  // "roster.identity.v1.IdentityService/CreateUser"
  authorization::v1::Rule rule;
  Handler handler;
  MethodMetrics metrics;

  Conventions Read(const google::protobuf::Message& request) const;

  // Fields of the request; null where it has none of that name.
  const google::protobuf::FieldDescriptor* account_id = nullptr;
  const google::protobuf::FieldDescriptor* user_id = nullptr;
  const google::protobuf::FieldDescriptor* request_id = nullptr;
  const google::protobuf::FieldDescriptor* as_of = nullptr;
  const google::protobuf::FieldDescriptor* validate_only = nullptr;
  const google::protobuf::FieldDescriptor* at_least_position = nullptr;
};

// The methods of one service, by name.
using Methods = std::map<std::string, Method, std::less<>>;

// Reads the methods of a service from its descriptor and joins them with their handlers.
// FAILED_PRECONDITION, which must keep the server from starting: a method has no rule, a rule names
// a permission that does not exist or needs a field that the request lacks, or a unary method has
// no handler.
absl::StatusOr<Methods> ReadMethods(const google::protobuf::ServiceDescriptor& service,
                                    Handlers handlers, Metrics& metrics);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CALL_METHOD_H_
