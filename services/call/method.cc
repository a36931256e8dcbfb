#include "services/call/method.h"

#include "absl/strings/str_cat.h"
#include "domain/role/permission.h"

namespace roster::services {
namespace {

using authorization::v1::Rule;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

bool PermissionExists(const std::string& name) {
  for (size_t i = 0; i < domain::kPermissionCount; ++i) {
    if (domain::PermissionName(static_cast<domain::Permission>(i)) == name) return true;
  }
  return false;
}

// The permission that the rule names, if its form has one.
std::string PermissionOf(const Rule& rule) {
  switch (rule.form_case()) {
    case Rule::kPermission:
      return rule.permission();
    case Rule::kSelfOrPermission:
      return rule.self_or_permission();
    case Rule::kPermissionOrOperator:
      return rule.permission_or_operator();
    case Rule::kSignedIn:
    case Rule::kAnyone:
    case Rule::kOperator:
    case Rule::FORM_NOT_SET:
      return "";
  }
  return "";
}

// What keeps the server from starting, or nothing.
std::string WhatIsWrong(const MethodDescriptor& descriptor, const Method& method) {
  const auto form = method.rule.form_case();
  const std::string permission = PermissionOf(method.rule);
  const bool streams = descriptor.client_streaming() || descriptor.server_streaming();
  if (form == Rule::FORM_NOT_SET) return "has no authorization rule";
  if (!permission.empty() && !PermissionExists(permission)) {
    return absl::StrCat("requires the permission ", permission, ", which does not exist");
  }
  if (!permission.empty() && !streams && method.account_id == nullptr) {
    return "requires a permission, but its request names no account_id";
  }
  if (form == Rule::kSelfOrPermission && method.user_id == nullptr) {
    return "lets a user in for himself, but its request names no user_id";
  }
  const bool has_handler = method.handler.query || method.handler.command;
  if (has_handler == streams) return "has no handler of its kind";
  return "";
}

MethodType TypeOf(const MethodDescriptor& method) {
  if (method.client_streaming()) {
    return method.server_streaming() ? MethodType::kBidiStream : MethodType::kClientStream;
  }
  return method.server_streaming() ? MethodType::kServerStream : MethodType::kUnary;
}

std::string Text(const Message& request, const FieldDescriptor* field) {
  return field == nullptr ? "" : request.GetReflection()->GetString(request, field);
}

}  // namespace

Conventions Method::Read(const Message& request) const {
  const google::protobuf::Reflection& reflection = *request.GetReflection();
  Conventions read;
  read.account_id = Text(request, account_id);
  read.user_id = Text(request, user_id);
  read.request_id = Text(request, request_id);
  if (as_of != nullptr && reflection.HasField(request, as_of)) {
    read.as_of = static_cast<const identity::v1::AsOf*>(&reflection.GetMessage(request, as_of));
  }
  read.validate_only = validate_only != nullptr && reflection.GetBool(request, validate_only);
  if (at_least_position != nullptr) {
    read.at_least_position = reflection.GetUInt64(request, at_least_position);
  }
  return read;
}

absl::StatusOr<Methods> ReadMethods(const google::protobuf::ServiceDescriptor& service,
                                    Handlers handlers, Metrics& metrics) {
  Methods methods;
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& descriptor = *service.method(i);
    const google::protobuf::Descriptor& request = *descriptor.input_type();
    Method method{
        .full_name = absl::StrCat(service.full_name(), "/", descriptor.name()),
        .rule = descriptor.options().GetExtension(authorization::v1::rule),
        .handler = std::move(handlers[descriptor.name()]),
        .metrics = metrics.ForMethod(service.full_name(), descriptor.name(), TypeOf(descriptor)),
        .account_id = request.FindFieldByName("account_id"),
        .user_id = request.FindFieldByName("user_id"),
        .request_id = request.FindFieldByName("request_id"),
        .as_of = request.FindFieldByName("as_of"),
        .validate_only = request.FindFieldByName("validate_only"),
        .at_least_position = request.FindFieldByName("at_least_position")};
    if (const std::string wrong = WhatIsWrong(descriptor, method); !wrong.empty()) {
      return absl::FailedPreconditionError(absl::StrCat(method.full_name, " ", wrong));
    }
    methods.emplace(descriptor.name(), std::move(method));
  }
  return methods;
}

}  // namespace roster::services
