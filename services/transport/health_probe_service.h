// grpc.health.v1.Health for probes, on a server that serves nothing else.

#ifndef ROSTER_SERVICES_TRANSPORT_HEALTH_PROBE_SERVICE_H_
#define ROSTER_SERVICES_TRANSPORT_HEALTH_PROBE_SERVICE_H_

#include <memory>

#include "services/transport/health_service.h"

namespace roster::services {

// Says what the HealthService says, on threads that its server has for it alone: the calls of
// another server, whose threads the whole process shares, can't delay a probe. A watch takes one of
// those threads and sees a change within 100 ms; at 16 open watches more are refused with
// RESOURCE_EXHAUSTED. Thread-safe.
class HealthProbeService {
 public:
  // `health` outlives it.
  explicit HealthProbeService(const HealthService& health);

  // To be destroyed after the server that it was registered with has shut down.
  ~HealthProbeService();

  HealthProbeService(const HealthProbeService&) = delete;
  HealthProbeService& operator=(const HealthProbeService&) = delete;

  // The service to register with one server. Owned by this object.
  grpc::Service& service();

  // As HealthService::Stop.
  void Stop();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_HEALTH_PROBE_SERVICE_H_
