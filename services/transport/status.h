// How a status of ours leaves the process.

#ifndef ROSTER_SERVICES_TRANSPORT_STATUS_H_
#define ROSTER_SERVICES_TRANSPORT_STATUS_H_

#include "absl/status/status.h"

namespace grpc {
class Status;
}

namespace roster::services {

// OK stays OK. A refusal carries payloads, whose type URLs are:
//   "reason"          the reason, e.g. EMAIL_TAKEN: becomes google.rpc.ErrorInfo of domain "roster"
//   "metadata/<key>"  a value of ErrorInfo.metadata
//   "field/<path>"    what is wrong with a field: becomes a violation of google.rpc.BadRequest,
//   sorted by path "retry_ms"        milliseconds, decimal: becomes google.rpc.RetryInfo
// It keeps its code and message; the details are a google.rpc.Status in the trailer. Violations
// stop at 3 KiB, because gRPC clients drop a whole answer whose trailers exceed 8 KiB; what is left
// out fails again at the next attempt.
//
// A status without "reason" is nobody's refusal but a failure inside: it becomes INTERNAL "internal
// error" without details, and its cause stays here. The caller logs it. Thread-safe.
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_STATUS_H_
