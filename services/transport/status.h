// Converts our statuses into those of gRPC.

#ifndef ROSTER_SERVICES_TRANSPORT_STATUS_H_
#define ROSTER_SERVICES_TRANSPORT_STATUS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace grpc {
class Status;
}

namespace roster::services {

// The payloads of a status, by what each becomes in an answer.
struct Refusal {
  std::optional<std::string> reason;
  std::map<std::string, std::string> metadata;
  std::map<std::string, std::string> violations;  // by field: "REASON: description"
  std::optional<std::int64_t> retry_ms;
};
Refusal ReadPayloads(const absl::Status& status);

// The parts of "REASON: description".
std::pair<std::string, std::string> SplitViolation(const std::string& violation);

// OK stays OK. A refusal carries payloads, whose type URLs are:
//   "reason"          the reason, e.g. EMAIL_TAKEN: becomes google.rpc.ErrorInfo of domain "roster"
//   "metadata/<key>"  a value of ErrorInfo.metadata
//   "field/<path>"    what is wrong with a field: becomes a violation of google.rpc.BadRequest;
//                     they are sorted by path
//   "retry_ms"        milliseconds, decimal: becomes google.rpc.RetryInfo
// The refusal keeps its code and message; the details are a google.rpc.Status in the trailer. At
// most 3 KiB of violations are sent, because gRPC clients drop an answer whose trailers exceed
// 8 KiB; a client learns of the others when it tries again.
//
// An error without "reason" is a failure inside the server: it becomes INTERNAL "internal error"
// without details, and the caller of ToGrpc logs the cause. Thread-safe.
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_STATUS_H_
