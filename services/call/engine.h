// The engine: takes every unary call through authentication, authorization, waiting, its handler,
// the pipeline, and its record. Names no service. Of gRPC it uses alarms alone; Call hides
// the rest.

#ifndef ROSTER_SERVICES_CALL_ENGINE_H_
#define ROSTER_SERVICES_CALL_ENGINE_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "domain/base/command.h"
#include "google/protobuf/message.h"
#include "services/load/capacity.h"
#include "services/load/thread_pool.h"
#include "services/method/admission.h"
#include "services/method/ids.h"
#include "services/method/method.h"
#include "services/telemetry/log.h"
#include "services/telemetry/metrics.h"
#include "services/telemetry/refusal_log.h"
#include "services/transport/trace_context.h"
#include "storage/base/holder.h"
#include "storage/crypto/secret_key.h"
#include "storage/log/log.h"
#include "storage/pipeline/pipeline.h"

namespace roster::services {

// What every call works with. All outlive the calls.
struct Dependencies {
  storage::SecretKey page_key;          // seals page tokens
  storage::SecretKey request_hash_key;  // of the hashes of requests
  storage::Pipeline& pipeline;
  const storage::Log& log;
  IdSource& ids;
  Metrics& metrics;
  Logger& logger;
  RefusalLog& overload_log;  // of calls refused with OVERLOADED
  RefusalLog& refusal_log;   // of others
  Capacity& calls;           // of all calls that are under way
  Capacity& waits;           // of those that wait for a position
  ThreadPool& readers;       // for queries that are not quick, and previews
  ThreadPool& importers;     // for imports
  std::function<absl::Time()> clock;
  absl::Duration stream_silence;  // after which a stream ends on which nothing happens
};

// A unary call on its way. Lives until Answer was called.
class Call {
 public:
  virtual ~Call() = default;

  virtual Credentials credentials() const = 0;
  virtual absl::Time deadline() const = 0;
  virtual std::optional<TraceContext> trace() const = 0;
  // The address that it came from.
  virtual std::string peer() const = 0;
  // Why the call is refused before anything else is looked at: no capacity, or no message.
  virtual const absl::Status& arrival() const = 0;
  // Counts the call as one of this caller's, until it is over. False: it may have no more.
  virtual bool CountFor(const storage::Holder& holder) = 0;
  virtual const google::protobuf::Message& request() const = 0;
  virtual google::protobuf::Message& response() = 0;

  // Ends the call; exactly once, on any thread.
  virtual void Answer(const absl::Status& status) = 0;
};

// Whose share a call counts in.
inline storage::Holder HolderOf(const domain::Caller& caller) {
  return {caller.actor_account_id, caller.actor.id()};
}

// Thread-safe.
class Engine {
 public:
  explicit Engine(Dependencies dependencies) : dependencies_(std::move(dependencies)) {}

  const Dependencies& dependencies() const { return dependencies_; }

  // Runs the call and answers it, now or later.
  void Run(const Method& method, Call& call) const;

 private:
  class CallState;  // a call between its arrival and its answer

  Dependencies dependencies_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CALL_ENGINE_H_
