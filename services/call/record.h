// What is left of a call when it is over: its metrics, and a line of log for some.

#ifndef ROSTER_SERVICES_CALL_RECORD_H_
#define ROSTER_SERVICES_CALL_RECORD_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "domain/base/command.h"
#include "services/method/method.h"
#include "services/transport/trace_context.h"
#include "storage/pipeline/proposal.h"

namespace roster::services {

struct Dependencies;

// What only a line of log says.
struct CallDetails {
  std::string subject_id;  // of the user or service account that the call is about, or empty
  std::string request_id;
  std::string peer;  // the address that it came from
  std::optional<TraceContext> trace;
};

// A call that has ended, unary or a stream.
struct FinishedCall {
  const Method& method;
  const domain::Caller& caller;
  std::string_view account_id;
  const storage::Outcome& outcome;
  absl::Time began;
  absl::FunctionRef<CallDetails()> details;
};

// Counts the call and its refusal. Writes one line of log for a command, a stream, a refusal, and a
// query of more than 250 ms; calls that were refused with OVERLOADED share a line, and so do
// refusals when there are very many. Thread-safe.
void RecordCall(const Dependencies& dependencies, const FinishedCall& call);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CALL_RECORD_H_
