#include "services/call/record.h"

#include <vector>

#include "domain/base/refusal.h"
#include "services/call/engine.h"

namespace roster::services {
namespace {

using domain::Reason;

constexpr absl::Duration kSlowCall = absl::Milliseconds(250);

std::string ActorName(const event::v1::Actor& actor) {
  switch (actor.kind()) {
    case event::v1::Actor::KIND_OPERATOR:
      return "operator";
    case event::v1::Actor::KIND_SERVICE_ACCOUNT:
      return "service_account:" + actor.id();
    case event::v1::Actor::KIND_USER:
      return "user:" + actor.id();
    default:
      return "";
  }
}

// Whatever a caller may have written there instead of an id stays out of the log.
std::string_view IdOrNothing(std::string_view text) { return IsUuid(text) ? text : ""; }

void Log(const FinishedCall& call, const std::string& reason, absl::Duration took, Logger& logger) {
  const absl::Status& status = call.outcome.status;
  const bool internal = !status.ok() && reason.empty();
  const Level level = internal ? Level::kError : Level::kInfo;
  if (!logger.Enabled(level)) return;
  const CallDetails details = call.details();
  std::vector<Field> fields = {{"method", call.method.full_name},
                               {"account_id", IdOrNothing(call.account_id)},
                               {"subject_id", IdOrNothing(details.subject_id)},
                               {"actor", ActorName(call.caller.actor)},
                               {"peer", details.peer},
                               {"request_id", IdOrNothing(details.request_id)},
                               {"position", call.outcome.position},
                               {"changed", call.outcome.changed},
                               {"took_ms", absl::ToDoubleMilliseconds(took)}};
  if (!reason.empty()) fields.emplace_back("reason", reason);
  if (details.trace) {
    fields.emplace_back("trace_id", details.trace->trace_id);
    fields.emplace_back("span_id", details.trace->span_id);
  }
  // The cause of an internal error is for the log alone.
  if (internal) fields.emplace_back("error", std::string(status.message()));
  logger.Write(level, status.ok() ? "done" : "refused", fields);
}

}  // namespace

void RecordCall(const Dependencies& dependencies, const FinishedCall& call) {
  const absl::Status& status = call.outcome.status;
  const absl::Time now = dependencies.clock();
  const absl::Duration took = now - call.began;
  const std::string reason = domain::ReasonOf(status);
  // The caller sees an internal error where a status has no reason.
  const bool internal = !status.ok() && reason.empty();
  call.method.metrics.Handled(
      static_cast<int>(internal ? absl::StatusCode::kInternal : status.code()), took);
  if (!status.ok()) dependencies.metrics.CallRefused(internal ? "INTERNAL" : reason);
  if (reason == domain::ReasonName(Reason::kOverloaded)) {
    dependencies.overload_log.Count(now);
    return;
  }
  const bool refused = !status.ok() && !internal;
  if (refused && !dependencies.refusal_log.Count(now)) return;
  if (call.method.handler.query && status.ok() && took <= kSlowCall) return;
  Log(call, reason, took, dependencies.logger);
}

}  // namespace roster::services
