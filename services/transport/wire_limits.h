// What one connection, and all of them together, may take from a listener.

#ifndef ROSTER_SERVICES_TRANSPORT_WIRE_LIMITS_H_
#define ROSTER_SERVICES_TRANSPORT_WIRE_LIMITS_H_

#include <cstddef>

#include "absl/time/time.h"

namespace roster::services {

// The values for production; tests shorten the times.
struct WireLimits {
  // The largest message by gRPC's own habit. A batch of 1000 questions has 200 KiB, and imports
  // come in chunks. A larger one is refused with RESOURCE_EXHAUSTED before it is read.
  int message_bytes = 4 << 20;

  // A token, a deadline and what meshes add come to 1 or 2 KiB. More is refused with
  // RESOURCE_EXHAUSTED.
  int metadata_bytes = 16 << 10;

  // Calls at once on a connection; a client keeps more back. A tenth of what may wait for the
  // writer or a reader, so that no single connection fills the queue.
  int concurrent_streams = 100;

  // Calls at once on all connections; more are refused with OVERLOADED. Far beyond what may wait:
  // the others wait for a position, or for their callers to take the answer.
  std::size_t calls = 10'000;

  // Connections end after this time (gRPC spreads it by a tenth, so that not all come back at
  // once), and with them what was true when they began: the certificate of a client, the machine
  // that a balancer chose. Calls under way have the grace to finish: the longest is an import, of
  // seconds.
  absl::Duration connection_age = absl::Hours(1);
  absl::Duration connection_grace = absl::Minutes(5);

  // Whoever connects and says nothing, or speaks slowly, holds a socket no longer than this.
  absl::Duration handshake = absl::Seconds(10);

  // Pings of clients more often than this, on an idle connection too, are too many; after so many
  // of them the connection is closed. gRPC's own 5 minutes would close those of clients behind
  // balancers, which drop what is idle for a minute.
  absl::Duration ping_interval = absl::Seconds(20);
  int ping_strikes = 2;

  // The server's own pings: a client that is gone without a word is noticed within 80 s.
  absl::Duration keepalive = absl::Minutes(1);
  absl::Duration keepalive_timeout = absl::Seconds(20);

  // Memory for messages and buffers of all connections: 64 of the largest messages. Beyond it gRPC
  // stops to read, and then drops calls. The same again for the messages of calls that are under
  // way; beyond it calls are refused with OVERLOADED.
  std::size_t memory_bytes = std::size_t{256} << 20;

  // Threads of gRPC's own reflection (v1alpha), which takes one for each stream; beyond them it
  // refuses with RESOURCE_EXHAUSTED. Nothing else of ours uses these threads.
  int reflection_threads = 32;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_WIRE_LIMITS_H_
