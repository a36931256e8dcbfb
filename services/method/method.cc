#include "services/method/method.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace roster::services {
namespace {

using authorization::v1::Rule;
using google::protobuf::Descriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;

// What is wrong with how a method is handled, or nothing.
std::string WrongInHandling(const MethodDescriptor& descriptor, const Handler& handler,
                            const ConventionFields& fields) {
  const bool streams = descriptor.client_streaming() && descriptor.server_streaming();
  const bool is_unary = !descriptor.client_streaming() && !descriptor.server_streaming();
  const int handlers = (handler.query ? 1 : 0) + (handler.command ? 1 : 0);
  const bool fits = is_unary ? handlers == 1 && !handler.stream
                             : streams && handlers == 0 && handler.stream != nullptr;
  if (!fits) return "has no handler of its kind";
  if (streams) return "";
  const std::string missing = handler.query ? fields.MissingOfQuery() : fields.MissingOfCommand();
  return missing.empty() ? "" : absl::StrCat("lacks the field ", missing);
}

// What is wrong with how a method is authorized, or nothing.
std::string WrongInRule(const MethodDescriptor& descriptor, const AccessRule& rule,
                        const ConventionFields& fields) {
  const bool streams = descriptor.client_streaming() || descriptor.server_streaming();
  if (rule.permission && !streams && !fields.names_account()) {
    return "requires a permission, but its request names no account_id";
  }
  if (rule.form == Rule::kSelfOrPermission && !fields.names_user()) {
    return "lets users act on themselves, but its request names no user_id";
  }
  return "";
}

MethodType TypeOf(const MethodDescriptor& method) {
  if (method.client_streaming()) {
    return method.server_streaming() ? MethodType::kBidiStream : MethodType::kClientStream;
  }
  return method.server_streaming() ? MethodType::kServerStream : MethodType::kUnary;
}

const Message* PrototypeOf(const Descriptor& type) {
  return MessageFactory::generated_factory()->GetPrototype(&type);
}

absl::StatusOr<Method> ReadMethod(const MethodDescriptor& descriptor, Handler handler,
                                  Metrics& metrics) {
  const auto rule = ReadRule(descriptor.options().GetExtension(authorization::v1::rule));
  if (!rule.ok()) return rule.status();
  const ConventionFields fields(descriptor);
  std::string wrong = WrongInRule(descriptor, *rule, fields);
  if (wrong.empty()) wrong = WrongInHandling(descriptor, handler, fields);
  if (!wrong.empty()) return absl::FailedPreconditionError(wrong);
  auto bounds = Bounds::Of(*descriptor.input_type());
  if (!bounds.ok()) return bounds.status();
  const std::string& service = descriptor.service()->full_name();
  return Method{.full_name = absl::StrCat(service, "/", descriptor.name()),
                .rule = *rule,
                .handler = std::move(handler),
                .metrics = metrics.ForMethod(service, descriptor.name(), TypeOf(descriptor)),
                .conventions = fields,
                .bounds = *std::move(bounds),
                .ids = IdFields(*descriptor.input_type()),
                .request = PrototypeOf(*descriptor.input_type()),
                .response = PrototypeOf(*descriptor.output_type())};
}

}  // namespace

absl::StatusOr<Methods> ReadMethods(const google::protobuf::ServiceDescriptor& service,
                                    Handlers handlers, Metrics& metrics) {
  Methods methods;
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& descriptor = *service.method(i);
    auto handler = handlers.extract(descriptor.name());
    auto method =
        ReadMethod(descriptor, handler ? std::move(handler.mapped()) : Handler{}, metrics);
    if (!method.ok()) {
      return absl::FailedPreconditionError(absl::StrCat(service.full_name(), "/", descriptor.name(),
                                                        " ", method.status().message()));
    }
    methods.push_back(*std::move(method));
  }
  if (!handlers.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(service.full_name(), " has no method ",
                                                      handlers.begin()->first,
                                                      ", but a handler of that name"));
  }
  return methods;
}

}  // namespace roster::services
