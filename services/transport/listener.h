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
  absl::Duration tls_interval = absl::Seconds(1);  // between two reads of the files
  TlsWatch::Observer on_tls_change = [](const absl::Status&) {};
  WireLimits limits = {};
  bool reflection_v1alpha = false;  // gRPC's own reflection, of all services of this listener
};

// A running server. The destructor cancels calls in flight. Thread-safe.
class Listener {
 public:
  // The TLS files are read again while the server runs: within two intervals of a change new
  // handshakes use them, and open connections go on. Files that can't serve are not used.
  //
  // The port is never shared: by default gRPC would let a second process take half of the calls of
  // the first.
  //
  // ALREADY_EXISTS: another socket listens on the address. UNAVAILABLE: the system refuses it for
  // another reason. Other errors as LoadTlsIdentity. On an error nothing listens.
  static absl::StatusOr<std::unique_ptr<Listener>> Start(const ListenerConfig& config);

  ~Listener();

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // The port in use, also where the address says 0.
  std::uint16_t port() const { return port_; }

  grpc::Server& server() { return *server_; }

  // Refuses new connections and calls at once, waits for calls in flight up to `grace`, then
  // cancels them. Returns when all have ended. Idempotent.
  void Shutdown(absl::Duration grace);

 private:
  Listener(std::unique_ptr<TlsWatch> tls, std::unique_ptr<grpc::Server> server, std::uint16_t port);

  const std::unique_ptr<TlsWatch> tls_;  // null in plaintext; before the server, which uses it
  const std::unique_ptr<grpc::Server> server_;
  const std::uint16_t port_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_LISTENER_H_
