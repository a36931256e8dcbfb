// The caller's trace that a call belongs to: the header traceparent of W3C Trace Context.

#ifndef ROSTER_SERVICES_TRANSPORT_TRACE_CONTEXT_H_
#define ROSTER_SERVICES_TRANSPORT_TRACE_CONTEXT_H_

#include <optional>
#include <string>
#include <string_view>

namespace roster::services {

struct TraceContext {
  std::string trace_id;  // 32 lower case hexadecimal digits, not all 0
  std::string span_id;   // 16 of them, not all 0
};

// Reads "00-<trace id>-<parent id>-<flags>" of version 00 (W3C Trace Context §3.2). Nothing for any
// other text: it must not reach the log.
std::optional<TraceContext> ParseTraceparent(std::string_view header);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_TRACE_CONTEXT_H_
