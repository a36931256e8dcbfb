#include "services/connection/address.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <charconv>
#include <optional>
#include <system_error>

namespace roster::services {
namespace {

absl::Status Malformed(std::string_view text, std::string_view problem) {
  std::string message = "\"";
  message.append(text).append("\" is not an address to listen on: ").append(problem);
  return absl::InvalidArgumentError(message);
}

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

bool IsIpv6(const std::string& host) {
  in6_addr parsed;
  return inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

// Whether all letters may stand in a host name or an IPv4 address. Strict, because the libraries
// that listen also accept lists, options and schemes.
bool IsNameOrIpv4(std::string_view host) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  return !host.empty() && host.find_first_not_of(kLetters) == std::string_view::npos;
}

}  // namespace

std::string Address::ToString() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

absl::StatusOr<Address> ParseAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return Malformed(text, "it needs a host and a port, as in 127.0.0.1:7070");
  std::string host(text.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!IsIpv6(host)) return Malformed(text, "what the brackets hold is no IPv6 address");
  } else if (host.find(':') != std::string::npos) {
    return Malformed(text, "an IPv6 address needs brackets, as in [::1]:7070");
  } else if (!IsNameOrIpv4(host)) {
    return Malformed(text, "it needs a host name or an IP address (0.0.0.0 means all)");
  }
  const std::optional<std::uint16_t> port = ParsePort(text.substr(colon + 1));
  if (!port) return Malformed(text, "the port must be a number from 0 to 65535");
  return Address{std::move(host), *port};
}

bool IsLoopback(const Address& address) {
  if (address.host == "localhost" || address.host == "::1") return true;
  in_addr parsed;
  return inet_pton(AF_INET, address.host.c_str(), &parsed) == 1 &&
         ntohl(parsed.s_addr) >> 24 == 127;
}

}  // namespace roster::services
