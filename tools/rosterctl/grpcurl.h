// The grpcurl command line that does the same as a call.

#ifndef ROSTER_TOOLS_ROSTERCTL_GRPCURL_H_
#define ROSTER_TOOLS_ROSTERCTL_GRPCURL_H_

#include <string>

#include "google/protobuf/descriptor.h"
#include "tools/rosterctl/connection.h"

namespace roster::ctl {

// One line for a POSIX shell. grpcurl takes the token from the environment variable ROSTER_TOKEN;
// the token itself never appears.
std::string GrpcurlLine(const Target& target, const google::protobuf::MethodDescriptor& method,
                        const std::string& json);

}  // namespace roster::ctl

#endif  // ROSTER_TOOLS_ROSTERCTL_GRPCURL_H_
