#include "tools/rosterctl/methods.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "roster/authorization/v1/rule.pb.h"
#include "services/api_services.h"

namespace roster::ctl {
namespace {

using authorization::v1::Rule;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

constexpr const char* kHealth = "grpc.health.v1.Health";

Rule ReadRule(const MethodDescriptor& method) {
  return method.options().GetExtension(authorization::v1::rule);
}

bool IsNamed(std::string_view path, std::string_view name) {
  if (!path.ends_with(name)) return false;
  if (path.size() == name.size()) return true;
  const char before = path[path.size() - name.size() - 1];
  return before == '.' || before == '/';
}

}  // namespace

std::vector<const MethodDescriptor*> AllMethods() {
  std::vector<const char*> names(services::kApiServices.begin(), services::kApiServices.end());
  names.push_back(kHealth);
  std::vector<const MethodDescriptor*> all;
  for (const char* name : names) {
    const auto* service = DescriptorPool::generated_pool()->FindServiceByName(name);
    if (service == nullptr) continue;
    for (int i = 0; i < service->method_count(); ++i) all.push_back(service->method(i));
  }
  return all;
}

absl::StatusOr<const MethodDescriptor*> FindMethod(std::string_view name) {
  std::vector<const MethodDescriptor*> found;
  for (const MethodDescriptor* method : AllMethods()) {
    if (!name.empty() && IsNamed(PathOf(*method), name)) found.push_back(method);
  }
  if (found.empty()) {
    return absl::NotFoundError("no method is named " + std::string(name) +
                               "; `rosterctl methods` lists them");
  }
  // Health is asked for in full where the API has a method of that name.
  if (found.size() > 1) {
    found.erase(std::remove_if(
                    found.begin(), found.end(),
                    [](const auto* method) { return method->service()->full_name() == kHealth; }),
                found.end());
  }
  if (found.size() > 1) {
    const auto append = [](std::string* out, const MethodDescriptor* method) {
      *out += PathOf(*method);
    };
    return absl::InvalidArgumentError(std::string(name) + " may mean " +
                                      absl::StrJoin(found, " or ", append));
  }
  return found.front();
}

std::string PathOf(const MethodDescriptor& method) {
  return method.service()->full_name() + "/" + method.name();
}

std::string RuleOf(const MethodDescriptor& method) {
  const Rule rule = ReadRule(method);
  const auto& reflection = *Rule::GetReflection();
  const FieldDescriptor* form =
      reflection.GetOneofFieldDescriptor(rule, Rule::descriptor()->FindOneofByName("form"));
  if (form == nullptr) return "anyone";
  if (form->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return form->name();
  return form->name() + " " + reflection.GetString(rule, form);
}

bool NeedsToken(const MethodDescriptor& method) {
  const Rule rule = ReadRule(method);
  return rule.form_case() != Rule::FORM_NOT_SET && rule.form_case() != Rule::kAnyone;
}

}  // namespace roster::ctl
