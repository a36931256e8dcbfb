// The address on which a server listens: host and port, as written in a flag.

#ifndef ROSTER_SERVICES_CONNECTION_ADDRESS_H_
#define ROSTER_SERVICES_CONNECTION_ADDRESS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace roster::services {

struct Address {
  std::string host;  // an IPv6 address without its brackets
  std::uint16_t port = 0;

  // "127.0.0.1:7070", "[::1]:7070".
  std::string ToString() const;
};

// Reads "host:port" or "[IPv6]:port". Port 0 lets the system choose one.
// INVALID_ARGUMENT: no host, no port, a port over 65535, an IPv6 address without brackets, or
// brackets around something else.
absl::StatusOr<Address> ParseAddress(std::string_view text);

// Whether only this machine can reach the address: 127.0.0.0/8, ::1 and the name "localhost". Any
// other name counts as reachable from elsewhere, whatever it resolves to today.
bool IsLoopback(const Address& address);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CONNECTION_ADDRESS_H_
