// Which trace of a caller a call belongs to: the header traceparent of W3C Trace Context.

#ifndef ROSTER_SERVICES_TRANSPORT_TRACE_CONTEXT_H_
#define ROSTER_SERVICES_TRANSPORT_TRACE_CONTEXT_H_

#include <optional>
#include <string>
#include <string_view>

namespace roster::services {

struct TraceContext {
  std::string trace_id;  // 32 lower case hexadecimal digits, not all 0
  std::string span_id;   // 16, the same
};

// Reads "00-<trace id>-<parent id>-<flags>" as version 00 has it (W3C Trace Context §3.2). Nothing
// for any other text, which is for nobody to repeat.
std::optional<TraceContext> ParseTraceparent(std::string_view header);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_TRACE_CONTEXT_H_
