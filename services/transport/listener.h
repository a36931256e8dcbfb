// A gRPC server on one address.

#ifndef ROSTER_SERVICES_TRANSPORT_LISTENER_H_
#define ROSTER_SERVICES_TRANSPORT_LISTENER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/connection/acceptor.h"
#include "services/connection/address.h"
#include "services/connection/listening_sockets.h"
#include "services/load/memory_guard.h"
#include "services/transport/tls_identity.h"
#include "services/transport/tls_watch.h"
#include "services/transport/wire_limits.h"

namespace grpc {
namespace experimental {
class ExternalConnectionAcceptor;
}  // namespace experimental

class Server;
class ServerCompletionQueue;
class Service;
}  // namespace grpc

namespace roster::services {

struct ListenerConfig {
  Address address;
  std::vector<grpc::Service*> services;            // not owned; each outlives the listener
  std::optional<TlsFiles> tls = std::nullopt;      // plaintext without it
  absl::Duration tls_interval = absl::Seconds(1);  // between two reads of the files
  TlsWatch::Observer on_tls_change = [](const absl::Status&, const TlsIdentity&) {};
  WireLimits limits = {};
  // The memory that the process is meant to have beside that of connections and calls.
  std::function<std::size_t()> meant_memory = [] { return std::size_t{0}; };
  bool reflection_v1alpha = false;  // gRPC's own reflection, of all services of this listener
};

// A running server. The destructor cancels calls in flight. Thread-safe.
class Listener {
 public:
  // The TLS files are read again while the server runs: within two intervals of a change new
  // handshakes use them, and open connections go on. Files that can't serve are not used.
  //
  // Compressed requests are refused with UNIMPLEMENTED: gRPC would open them without a limit.
  //
  // Errors as ListeningSockets::Open and LoadTlsIdentity. On an error nothing listens.
  static absl::StatusOr<std::unique_ptr<Listener>> Start(const ListenerConfig& config);

  ~Listener();

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // The port in use, also where the address says 0.
  std::uint16_t port() const { return port_; }

  // The certificate and key in use; null in plaintext.
  std::shared_ptr<const TlsIdentity> identity() const {
    return tls_ == nullptr ? nullptr : tls_->Latest();
  }

  // How many connections are open.
  std::size_t connections() const { return acceptor_.connections(); }

  grpc::Server& server() { return *server_; }

  // Refuses new connections and calls at once, waits for calls in flight up to `grace`, then
  // cancels them. Returns when all have ended. Idempotent.
  void Shutdown(absl::Duration grace);

 private:
  using Handover = std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor>;

  // What gRPC makes of a configuration.
  struct Parts {
    std::unique_ptr<TlsWatch> tls;
    Handover handover;
    std::unique_ptr<grpc::ServerCompletionQueue> events;
    std::unique_ptr<grpc::Server> server;
  };

  Listener(Parts parts, ListeningSockets sockets, const ListenerConfig& config);

  const std::unique_ptr<TlsWatch> tls_;  // null in plaintext; before the server, which uses it
  const Handover handover_;              // by which connections come to the server
  const std::unique_ptr<grpc::ServerCompletionQueue> events_;  // of the pollers; no call uses it
  const std::unique_ptr<grpc::Server> server_;
  const std::uint16_t port_;
  std::vector<std::thread> pollers_;
  MemoryGuard memory_;
  Acceptor acceptor_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_LISTENER_H_
