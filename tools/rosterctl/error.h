// What a refused call says to people and scripts.

#ifndef ROSTER_TOOLS_ROSTERCTL_ERROR_H_
#define ROSTER_TOOLS_ROSTERCTL_ERROR_H_

#include <grpcpp/support/status.h>

#include <string>

namespace roster::ctl {

// Lines: `CODE REASON: message`, or `CODE: message` where the server gave no reason; then,
// indented, the metadata of the reason, each wrong field, and after how long to try again. Ends in
// a newline.
std::string DescribeError(const grpc::Status& status);

}  // namespace roster::ctl

#endif  // ROSTER_TOOLS_ROSTERCTL_ERROR_H_
