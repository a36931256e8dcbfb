#include "services/method/conventions.h"

#include <initializer_list>
#include <utility>

namespace roster::services {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* Find(const Descriptor& message, const char* name,
                            FieldDescriptor::Type type) {
  const FieldDescriptor* field = message.FindFieldByName(name);
  return field != nullptr && field->type() == type && !field->is_repeated() ? field : nullptr;
}

const FieldDescriptor* FindAsOf(const Descriptor& message) {
  const FieldDescriptor* field = Find(message, "as_of", FieldDescriptor::TYPE_MESSAGE);
  return field != nullptr && field->message_type() == identity::v1::AsOf::descriptor() ? field
                                                                                       : nullptr;
}

std::string Text(const Message& request, const FieldDescriptor* field) {
  return field == nullptr ? "" : request.GetReflection()->GetString(request, field);
}

std::string FirstMissing(
    std::initializer_list<std::pair<const FieldDescriptor*, const char*>> fields) {
  for (const auto& [field, name] : fields) {
    if (field == nullptr) return name;
  }
  return "";
}

}  // namespace

ConventionFields::ConventionFields(const google::protobuf::MethodDescriptor& method)
    : account_id_(Find(*method.input_type(), "account_id", FieldDescriptor::TYPE_STRING)),
      user_id_(Find(*method.input_type(), "user_id", FieldDescriptor::TYPE_STRING)),
      service_account_id_(
          Find(*method.input_type(), "service_account_id", FieldDescriptor::TYPE_STRING)),
      request_id_(Find(*method.input_type(), "request_id", FieldDescriptor::TYPE_STRING)),
      as_of_(FindAsOf(*method.input_type())),
      validate_only_(Find(*method.input_type(), "validate_only", FieldDescriptor::TYPE_BOOL)),
      at_least_position_(
          Find(*method.input_type(), "at_least_position", FieldDescriptor::TYPE_UINT64)),
      position_(Find(*method.output_type(), "position", FieldDescriptor::TYPE_UINT64)),
      changed_(Find(*method.output_type(), "changed", FieldDescriptor::TYPE_BOOL)) {}

std::string ConventionFields::MissingOfQuery() const {
  return FirstMissing({{as_of_, "as_of (AsOf) in its request"},
                       {at_least_position_, "at_least_position (uint64) in its request"},
                       {position_, "position (uint64) in its response"}});
}

std::string ConventionFields::MissingOfCommand() const {
  return FirstMissing({{request_id_, "request_id (string) in its request"},
                       {validate_only_, "validate_only (bool) in its request"},
                       {position_, "position (uint64) in its response"},
                       {changed_, "changed (bool) in its response"}});
}

Conventions ConventionFields::Read(const Message& request) const {
  const google::protobuf::Reflection& reflection = *request.GetReflection();
  Conventions read;
  read.account_id = Text(request, account_id_);
  read.user_id = Text(request, user_id_);
  read.request_id = Text(request, request_id_);
  if (as_of_ != nullptr && reflection.HasField(request, as_of_)) {
    read.as_of = static_cast<const identity::v1::AsOf*>(&reflection.GetMessage(request, as_of_));
  }
  read.validate_only = validate_only_ != nullptr && reflection.GetBool(request, validate_only_);
  if (at_least_position_ != nullptr) {
    read.at_least_position = reflection.GetUInt64(request, at_least_position_);
  }
  return read;
}

std::string ConventionFields::SubjectIn(const Message& request) const {
  return Text(request, user_id_ != nullptr ? user_id_ : service_account_id_);
}

}  // namespace roster::services
