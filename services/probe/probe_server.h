// The port of probes: grpc.health.v1.Health in plaintext, for who asks whether the process is well.

#ifndef ROSTER_SERVICES_PROBE_PROBE_SERVER_H_
#define ROSTER_SERVICES_PROBE_PROBE_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/connection/address.h"
#include "services/transport/health_service.h"

namespace roster::services {

// The values for production; tests shorten them.
struct ProbeLimits {
  // Connections at once. One too many takes the place of the one that is silent for longest, where
  // there is one without an open watch.
  std::size_t connections = 100;

  // Watches at once on all connections: fewer than connections, so that these always have a place
  // for a probe. More are refused with RESOURCE_EXHAUSTED.
  std::size_t watches = 64;

  // A connection ends when it takes so long to make a call, or to take the answer.
  absl::Duration asking = absl::Seconds(10);

  // A connection without a call ends after this time. One with open watches stays.
  absl::Duration idle = absl::Minutes(5);
};

// Says what a HealthService says, by a thread, a port and memory of its own and without gRPC, whose
// servers share theirs: no flood of calls on another port delays a probe. A connection takes at
// most some 200 KiB. A watch sees a change within 100 ms. Thread-compatible.
class ProbeServer {
 public:
  // `health` outlives the server. Errors as ListeningSockets::Open.
  static absl::StatusOr<std::unique_ptr<ProbeServer>> Start(const Address& address,
                                                            const HealthService& health,
                                                            const ProbeLimits& limits = {});

  // As Shutdown without grace.
  ~ProbeServer();

  ProbeServer(const ProbeServer&) = delete;
  ProbeServer& operator=(const ProbeServer&) = delete;

  // The port in use, also where the address says 0.
  std::uint16_t port() const;

  // Ends every watch, present and future, with UNAVAILABLE after its latest state. Check goes on
  // answering. Idempotent.
  void Stop();

  // The same, and refuses new connections and calls; then waits for calls under way, at most for
  // `grace`. Returns when all connections have ended. Idempotent.
  void Shutdown(absl::Duration grace);

 private:
  class Loop;
  explicit ProbeServer(std::unique_ptr<Loop> loop);

  const std::unique_ptr<Loop> loop_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_PROBE_PROBE_SERVER_H_
