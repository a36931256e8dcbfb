// The fields that the requests and responses of every unary method share, found once at start.

#ifndef ROSTER_SERVICES_METHOD_CONVENTIONS_H_
#define ROSTER_SERVICES_METHOD_CONVENTIONS_H_

#include <cstdint>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "roster/identity/v1/as_of.pb.h"

namespace roster::services {

// What a request says in these fields; the default where it has no such field.
struct Conventions {
  std::string account_id;
  std::string user_id;
  std::string request_id;
  const identity::v1::AsOf* as_of = nullptr;  // of the request
  bool validate_only = false;
  uint64_t at_least_position = 0;
};

// Where a method has these fields. Immutable; thread-safe.
class ConventionFields {
 public:
  explicit ConventionFields(const google::protobuf::MethodDescriptor& method);

  bool names_account() const { return account_id_ != nullptr; }
  bool names_user() const { return user_id_ != nullptr; }

  // The first field, with its type, that the method lacks and every query or command has; empty if
  // it lacks none. Queries: as_of and at_least_position, answered with position. Commands:
  // request_id and validate_only, answered with position and changed.
  std::string MissingOfQuery() const;
  std::string MissingOfCommand() const;

  Conventions Read(const google::protobuf::Message& request) const;

  // The id of the user or service account that the request names; empty where it names none.
  std::string SubjectIn(const google::protobuf::Message& request) const;

 private:
  // Null where there is no field of that name and type.
  const google::protobuf::FieldDescriptor* account_id_;
  const google::protobuf::FieldDescriptor* user_id_;
  const google::protobuf::FieldDescriptor* service_account_id_;
  const google::protobuf::FieldDescriptor* request_id_;
  const google::protobuf::FieldDescriptor* as_of_;
  const google::protobuf::FieldDescriptor* validate_only_;
  const google::protobuf::FieldDescriptor* at_least_position_;
  const google::protobuf::FieldDescriptor* position_;  // of the response
  const google::protobuf::FieldDescriptor* changed_;   // of the response
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_METHOD_CONVENTIONS_H_
