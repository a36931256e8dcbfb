// The methods that can be called, found by name among the descriptors of this binary.

#ifndef ROSTER_TOOLS_ROSTERCTL_METHODS_H_
#define ROSTER_TOOLS_ROSTERCTL_METHODS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

namespace roster::ctl {

// Every method, service by service, in the order of the protos.
std::vector<const google::protobuf::MethodDescriptor*> AllMethods();

// The method with this name: `package.Service/Method`, or any end of that which begins after a dot
// or slash, e.g. `Service/Method` or `Method`. NOT_FOUND: none; INVALID_ARGUMENT: several.
absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(std::string_view name);

// `package.Service/Method`.
std::string PathOf(const google::protobuf::MethodDescriptor& method);

// Who may call it, e.g. "permission users.create"; "anyone" where the method has no rule.
std::string RuleOf(const google::protobuf::MethodDescriptor& method);

// Whether calling it takes a token.
bool NeedsToken(const google::protobuf::MethodDescriptor& method);

}  // namespace roster::ctl

#endif  // ROSTER_TOOLS_ROSTERCTL_METHODS_H_
