// A gRPC server on one address.

#ifndef ROSTER_SERVICES_TRANSPORT_LISTENER_H_
#define ROSTER_SERVICES_TRANSPORT_LISTENER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/transport/address.h"
#include "services/transport/tls_identity.h"
#include "services/transport/tls_watch.h"
#include "services/transport/wire_limits.h"

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace roster::services {

struct ListenerConfig {
  Address address;
  std::vector<grpc::Service*> services;            // not owned; each outlives the listener
  std::optional<TlsFiles> tls = std::nullopt;      // plaintext without it
  absl::Duration tls_interval = absl::Seconds(1);  // between looks at the files
  TlsWatch::Observer on_tls_change = [](const absl::Status&) {};
  WireLimits limits = {};
  bool reflection_v1alpha = false;  // gRPC's own reflection, of all services of this listener
};

// A running server. Calls in flight are cancelled by its destruction. Thread-safe.
class Listener {
 public:
  // The TLS files are read again while it runs: within two intervals new handshakes show what they
  // hold, and calls on the connections that stand go on. What can't serve is kept out.
  // The port is never shared: gRPC
  // would by default let a second process take half of the calls of the first. ALREADY_EXISTS:
  // another socket listens on the address. UNAVAILABLE: the system refuses it for another reason.
  // Others: what LoadTlsIdentity says. On failure nothing listens.
  static absl::StatusOr<std::unique_ptr<Listener>> Start(const ListenerConfig& config);

  ~Listener();

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // The port in use; differs from the address when that says 0.
  std::uint16_t port() const { return port_; }

  grpc::Server& server() { return *server_; }

  // Refuses new connections and calls at once, waits for calls in flight up to `grace`, then
  // cancels them. Returns when all are finished. A second call does nothing.
  void Shutdown(absl::Duration grace);

 private:
  Listener(std::unique_ptr<TlsWatch> tls, std::unique_ptr<grpc::Server> server, std::uint16_t port);

  const std::unique_ptr<TlsWatch> tls_;  // null in plaintext; before the server, which uses it
  const std::unique_ptr<grpc::Server> server_;
  const std::uint16_t port_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_LISTENER_H_
