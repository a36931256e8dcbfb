#include "services/connection/listening_sockets.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>

#include "domain/base/try.h"

namespace roster::services {
namespace {

// What waits to be accepted; a flood of connections is not to push out the others.
constexpr int kBacklog = 4096;
// What the system receives ahead. It would be some MiB, which a flood fills with calls that are
// read even after its connection was ended.
constexpr int kReceiveBytes = 128 << 10;

using Found = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

std::string Prefix(const Address& address) {
  return "cannot listen on " + address.ToString() + ": ";
}

absl::StatusOr<Found> Resolve(const Address& address) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failed =
      getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (failed != 0) return absl::UnavailableError(Prefix(address) + gai_strerror(failed));
  return Found(found, &freeaddrinfo);
}

void SetPort(addrinfo& candidate, std::uint16_t port) {
  if (candidate.ai_family == AF_INET) {
    reinterpret_cast<sockaddr_in*>(candidate.ai_addr)->sin_port = htons(port);
  } else if (candidate.ai_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(candidate.ai_addr)->sin6_port = htons(port);
  }
}

std::uint16_t PortOf(int file) {
  sockaddr_in6 bound = {};  // the port stands at the same place as in a sockaddr_in
  socklen_t size = sizeof(bound);
  getsockname(file, reinterpret_cast<sockaddr*>(&bound), &size);
  return ntohs(bound.sin6_port);
}

void Set(int file, int level, int option, int value = 1) {
  setsockopt(file, level, option, &value, sizeof(value));
}

// A socket that listens, or -1 with the error in errno.
int Listen(const addrinfo& candidate) {
  const int file = socket(candidate.ai_family, candidate.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                          candidate.ai_protocol);
  if (file < 0) return -1;
  Set(file, SOL_SOCKET, SO_REUSEADDR);  // a connection in TIME_WAIT must not block the port
  // Accepted connections inherit these.
  Set(file, IPPROTO_TCP, TCP_NODELAY);
  Set(file, SOL_SOCKET, SO_RCVBUF, kReceiveBytes);
  if (bind(file, candidate.ai_addr, candidate.ai_addrlen) == 0 && listen(file, kBacklog) == 0) {
    return file;
  }
  const int error = errno;
  close(file);
  errno = error;
  return -1;
}

}  // namespace

absl::StatusOr<ListeningSockets> ListeningSockets::Open(const Address& address) {
  ROSTER_ASSIGN(const Found found, Resolve(address));
  ListeningSockets sockets;
  sockets.port_ = address.port;
  for (addrinfo* candidate = found.get(); candidate != nullptr; candidate = candidate->ai_next) {
    SetPort(*candidate, sockets.port_);
    const int file = Listen(*candidate);
    // A machine without IPv6 knows ::1 of localhost nevertheless.
    if (file < 0 && !sockets.files_.empty() && errno == EADDRNOTAVAIL) continue;
    if (file < 0 && errno == EADDRINUSE) {
      return absl::AlreadyExistsError(Prefix(address) + "the port is in use");
    }
    if (file < 0) {
      return absl::UnavailableError(Prefix(address) + std::generic_category().message(errno));
    }
    sockets.files_.push_back(file);
    sockets.port_ = PortOf(file);
  }
  return sockets;
}

void ListeningSockets::Close() {
  for (const int file : files_) close(file);
  files_.clear();
}

absl::Status WhyNotListening(const Address& address) {
  const auto sockets = ListeningSockets::Open(address);
  if (!sockets.ok()) return sockets.status();
  return absl::UnavailableError(Prefix(address) +
                                "the server could not be started, though the port is free now");
}

}  // namespace roster::services
