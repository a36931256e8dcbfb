#include "services/connection/connections.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace roster::services {
namespace {

constexpr absl::Duration kLookInterval = absl::Milliseconds(50);
constexpr absl::Duration kSilent = absl::Seconds(1);
constexpr absl::Duration kShutOut = absl::Seconds(2);
// A handshake of TLS with certificates, the preface and settings of HTTP/2.
constexpr std::uint64_t kHelloBytes = 8 << 10;
constexpr std::uint64_t kMuch = 256 << 10;
// Where an address of IPv6 names a network: who has one address of it has all.
constexpr std::size_t kNetworkBytes = 8;
constexpr int kTcpEstablished = 1;
constexpr int kTcpCloseWait = 8;

std::uint64_t CookieOf(int file) {
  std::uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  if (getsockopt(file, SOL_SOCKET, SO_COOKIE, &cookie, &size) != 0) return 0;
  return cookie;
}

std::string PeerOf(int file) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getpeername(file, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "";
  if (address.ss_family == AF_INET) {
    const auto& ip = reinterpret_cast<const sockaddr_in&>(address).sin_addr;
    return {reinterpret_cast<const char*>(&ip), sizeof(ip)};
  }
  const auto& ip = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  const auto* bytes = reinterpret_cast<const char*>(&ip);
  if (IN6_IS_ADDR_V4MAPPED(&ip)) return {bytes + sizeof(ip) - sizeof(in_addr), sizeof(in_addr)};
  return {bytes, kNetworkBytes};
}

// The connection of a descriptor, held while this is there, so that it can't become another one.
class Held {
 public:
  Held(int file, std::uint64_t cookie) : file_(dup(file)) {
    if (file_ >= 0 && CookieOf(file_) == cookie) return;
    Close();
  }
  ~Held() { Close(); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  ConnectionState State() const {
    tcp_info info = {};
    socklen_t size = sizeof(info);
    if (file_ < 0 || getsockopt(file_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
    return {.open = info.tcpi_state == kTcpEstablished || info.tcpi_state == kTcpCloseWait,
            .silent = absl::Milliseconds(info.tcpi_last_data_recv),
            .bytes = info.tcpi_bytes_received};
  }

  void End() const { shutdown(file_, SHUT_RDWR); }

 private:
  void Close() {
    if (file_ >= 0) close(file_);
    file_ = -1;
  }

  int file_;
};

}  // namespace

bool Connections::Admit(int file, absl::Time now) {
  std::string peer = PeerOf(file);
  const auto shut_out = shut_out_.find(peer);
  if (shut_out != shut_out_.end() && shut_out->second > now) return false;
  if (!HasRoom(peer) && now - looked_ >= kLookInterval) {
    looked_ = now;
    Look();
  }
  if (!HasRoom(peer) && !EndSilent(peer)) return false;
  connections_.push_back({.file = file, .cookie = CookieOf(file), .peer = peer, .state = {}});
  ++held_[std::move(peer)];
  size_ = connections_.size();
  return true;
}

bool Connections::HasRoom(const std::string& peer) const {
  const auto held = held_.find(peer);
  const std::size_t free = limit_ - std::min(limit_, connections_.size());
  return (held == held_.end() ? 0 : held->second) < free;
}

void Connections::Look() {
  for (std::size_t i = 0; i < connections_.size();) {
    Connection& connection = connections_[i];
    connection.state = Held(connection.file, connection.cookie).State();
    if (connection.state.open) {
      ++i;
    } else {
      Forget(i);
    }
  }
}

bool Connections::EndSilent(const std::string& peer) {
  const bool full = connections_.size() >= limit_;
  const auto rank = [&](const Connection& connection) {
    const ConnectionState& state = connection.state;
    const bool without_call = state.bytes <= kHelloBytes;
    const bool silent = state.silent >= (without_call ? patience_ : kSilent);
    return std::make_tuple(silent && (full || connection.peer == peer), without_call, state.silent);
  };
  const auto found =
      std::max_element(connections_.begin(), connections_.end(),
                       [&](const Connection& a, const Connection& b) { return rank(a) < rank(b); });
  if (found == connections_.end() || !std::get<0>(rank(*found))) return false;
  Held(found->file, found->cookie).End();
  Forget(static_cast<std::size_t>(found - connections_.begin()));
  return true;
}

bool Connections::EndHeaviest(absl::Time now) {
  Look();
  std::size_t heaviest = 0;
  std::uint64_t most = kMuch;
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    Connection& connection = connections_[i];
    const std::uint64_t sent = connection.state.bytes - connection.judged;
    connection.judged = connection.state.bytes;
    if (sent > most) {
      most = sent;
      heaviest = i;
    }
  }
  if (most == kMuch) return false;
  std::erase_if(shut_out_, [&](const auto& peer) { return peer.second <= now; });
  shut_out_[connections_[heaviest].peer] = now + kShutOut;
  Held(connections_[heaviest].file, connections_[heaviest].cookie).End();
  Forget(heaviest);
  return true;
}

void Connections::Forget(std::size_t index) {
  const auto held = held_.find(connections_[index].peer);
  if (--held->second == 0) held_.erase(held);
  std::swap(connections_[index], connections_.back());
  connections_.pop_back();
  size_ = connections_.size();
}

}  // namespace roster::services
