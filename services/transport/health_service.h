// grpc.health.v1.Health: whether this process runs and whether it serves.

#ifndef ROSTER_SERVICES_TRANSPORT_HEALTH_SERVICE_H_
#define ROSTER_SERVICES_TRANSPORT_HEALTH_SERVICE_H_

#include <memory>
#include <string>
#include <vector>

namespace grpc {
class Service;
}

namespace roster::services {

// One instance answers on any number of servers. "", "readiness" and the names of the services
// follow SetServing; "startup" is SERVING from the first time on that it was true; "liveness" is
// SERVING as long as the process answers. As health.proto of grpc-proto says, Check answers
// NOT_FOUND for other names, and Watch sends SERVICE_UNKNOWN for them and stays open.
//
// A watch sends the state at once and then every change; a slow watcher may miss states in between
// but never the latest. At 1000 open watches more are refused with RESOURCE_EXHAUSTED.
// Thread-safe.
class HealthService {
 public:
  // The state is NOT_SERVING at first.
  explicit HealthService(const std::vector<std::string>& service_names);

  // To be destroyed after every server that it was registered with has shut down.
  ~HealthService();

  HealthService(const HealthService&) = delete;
  HealthService& operator=(const HealthService&) = delete;

  // The service to register with servers. Owned by this object.
  grpc::Service& service();

  void SetServing(bool serving);

  // The ServingStatus of a name now, as a number of health.proto; SERVICE_UNKNOWN for other names.
  int StatusOf(const std::string& name) const;

  // Ends every watch, present and future, with UNAVAILABLE after its latest state, because an open
  // watch would delay the shutdown of its server. Check goes on answering. Can't be undone;
  // idempotent.
  void Stop();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_HEALTH_SERVICE_H_
