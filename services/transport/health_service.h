// grpc.health.v1.Health: whether this process lives and whether it serves.

#ifndef ROSTER_SERVICES_TRANSPORT_HEALTH_SERVICE_H_
#define ROSTER_SERVICES_TRANSPORT_HEALTH_SERVICE_H_

#include <memory>
#include <string>
#include <vector>

namespace grpc {
class Service;
}

namespace roster::services {

// One instance answers on any number of servers. Known names: "" and "readiness" and every service
// handed in follow SetServing; "liveness" is SERVING as long as the process answers. The protocol
// is that of grpc-proto's health.proto: Check answers NOT_FOUND for other names, Watch sends
// SERVICE_UNKNOWN for them and stays open.
//
// A watch sends the state at once and then every change; a slow watcher may miss states in between
// but never the latest. More than 1000 watches at a time are refused with RESOURCE_EXHAUSTED.
// Thread-safe.
class HealthService {
 public:
  // Begins as NOT_SERVING.
  explicit HealthService(const std::vector<std::string>& service_names);

  // After every server that it was registered on has shut down.
  ~HealthService();

  HealthService(const HealthService&) = delete;
  HealthService& operator=(const HealthService&) = delete;

  // To be registered with a server; lives as long as this object.
  grpc::Service& service();

  void SetServing(bool serving);

  // Ends every watch, present and future, with UNAVAILABLE after its latest state. An open watch
  // would otherwise keep a server's shutdown waiting. Check goes on answering. Cannot be undone; a
  // second call does nothing.
  void Stop();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_HEALTH_SERVICE_H_
