// The sockets that listen on an address.

#ifndef ROSTER_SERVICES_CONNECTION_LISTENING_SOCKETS_H_
#define ROSTER_SERVICES_CONNECTION_LISTENING_SOCKETS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/connection/address.h"

namespace roster::services {

// A name may stand for several addresses, with a socket for each; all have the same port. Closed by
// the destructor. Thread-compatible.
class ListeningSockets {
 public:
  // The port is never shared: a second process must not take half of the calls of the first.
  //
  // ALREADY_EXISTS: another socket listens there. UNAVAILABLE: the system refuses for another
  // reason, which the message has. The message of each names the address.
  static absl::StatusOr<ListeningSockets> Open(const Address& address);

  ~ListeningSockets() { Close(); }
  ListeningSockets(ListeningSockets&& other) noexcept
      : files_(std::exchange(other.files_, {})), port_(other.port_) {}
  ListeningSockets& operator=(ListeningSockets&&) = delete;

  // Their descriptors, which do not block.
  const std::vector<int>& files() const { return files_; }

  // The port in use, also where the address says 0.
  std::uint16_t port() const { return port_; }

  // From now on connections are refused by the system. Idempotent.
  void Close();

 private:
  ListeningSockets() = default;

  std::vector<int> files_;
  std::uint16_t port_ = 0;
};

// The reason why a library could not listen on the address, where the library gives none. Always an
// error: as ListeningSockets::Open, or UNAVAILABLE where that would succeed now.
absl::Status WhyNotListening(const Address& address);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CONNECTION_LISTENING_SOCKETS_H_
