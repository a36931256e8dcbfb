// The connections of a listener: how many there may be, and which of them end when more come.

#ifndef ROSTER_SERVICES_CONNECTION_CONNECTIONS_H_
#define ROSTER_SERVICES_CONNECTION_CONNECTIONS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"

namespace roster::services {

// What a connection has told of itself, as the system counts it.
struct ConnectionState {
  bool open = false;
  absl::Duration silent = {};  // since it last sent something
  std::uint64_t bytes = 0;     // that it has sent since it began
};

// Knows connections by their descriptors, which belong to another: it asks the system whether a
// descriptor is still the same connection, so nobody has to say that one has ended. For one thread;
// `size` is thread-safe.
class Connections {
 public:
  // As many as `limit` at once. `patience`: for how long one may be silent before its first call,
  // when the places are used up.
  explicit Connections(std::size_t limit, absl::Duration patience = absl::Milliseconds(100))
      : limit_(limit), patience_(patience) {}
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Whether the new connection may stay; it is known from then on. An address may have as many
  // connections as there are free places, so that one that takes all it can get leaves room for
  // others. Where that is used up, a connection of the same address, or of any where there is no
  // place at all, ends in favour of the new one: one without a call that is silent for longer than
  // patience allows, as far as there is one, else one that has said nothing for a second; of these
  // the one that is silent for longest.
  bool Admit(int file, absl::Time now);

  // Ends the connection that has sent most since the last call of this, and admits none of its
  // address for two seconds. False: none has sent more than 256 KiB.
  bool EndHeaviest(absl::Time now);

  // How many were known to be open when it was last looked.
  std::size_t size() const { return size_; }

 private:
  struct Connection {
    int file;
    std::uint64_t cookie;  // by which the system tells connections apart
    std::string peer;
    ConnectionState state;
    std::uint64_t judged = 0;  // the bytes that EndHeaviest has counted
  };

  bool HasRoom(const std::string& peer) const;
  // Asks the system about all connections and forgets those that have ended.
  void Look();
  bool EndSilent(const std::string& peer);
  void Forget(std::size_t index);

  const std::size_t limit_;
  const absl::Duration patience_;
  std::vector<Connection> connections_;
  std::unordered_map<std::string, std::size_t> held_;     // by peer
  std::unordered_map<std::string, absl::Time> shut_out_;  // peers, until when
  std::atomic<std::size_t> size_ = 0;
  absl::Time looked_ = absl::InfinitePast();
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CONNECTION_CONNECTIONS_H_
