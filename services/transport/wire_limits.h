// The limits of a listener, for one connection and for all of them together.

#ifndef ROSTER_SERVICES_TRANSPORT_WIRE_LIMITS_H_
#define ROSTER_SERVICES_TRANSPORT_WIRE_LIMITS_H_

#include <cstddef>

#include "absl/time/time.h"

namespace roster::services {

// The values for production; tests shorten the times.
struct WireLimits {
  // The largest message; gRPC's own default. A batch of 1000 checks has 200 KiB, and imports come
  // in chunks. A larger message is refused with RESOURCE_EXHAUSTED before it is read.
  int message_bytes = 4 << 20;

  // A token, a deadline and the headers of a service mesh take 1 or 2 KiB. More is refused with
  // RESOURCE_EXHAUSTED.
  int metadata_bytes = 16 << 10;

  // Calls at once on a connection; the client delays more than that. It is less than the commands
  // or reads that may wait, so that no single connection fills a queue.
  int concurrent_streams = 100;

  // Calls at once on all connections; more are refused with OVERLOADED. Far more than may wait in
  // the queues, because calls also wait for a position, or for their caller to take the answer.
  std::size_t calls = 10'000;

  // Connections end after this time, because the certificate of a client and the choice of a
  // balancer are checked when a connection begins. gRPC varies the time by a tenth, so that not all
  // clients come back at once. Calls under way have the grace to finish: the longest, an import,
  // takes seconds.
  absl::Duration connection_age = absl::Hours(1);
  absl::Duration connection_grace = absl::Minutes(5);

  // A client that connects and does not finish its handshake keeps a socket this long at most.
  absl::Duration handshake = absl::Seconds(10);

  // A client that pings more often than once in the interval, on an idle connection too, gets a
  // strike; after so many strikes its connection is closed. gRPC's default of 5 minutes would close
  // those of clients that ping because their balancer drops what is idle for a minute.
  absl::Duration ping_interval = absl::Seconds(20);
  int ping_strikes = 2;

  // The server's own pings: they find within 80 s that a client is gone.
  absl::Duration keepalive = absl::Minutes(1);
  absl::Duration keepalive_timeout = absl::Seconds(20);

  // Memory for the messages and buffers of all connections: 64 of the largest messages. Beyond it
  // gRPC stops reading, then drops calls. The messages of calls under way may take as much again;
  // beyond that calls are refused with OVERLOADED.
  std::size_t memory_bytes = std::size_t{256} << 20;

  // Threads of gRPC's own reflection (v1alpha), which takes one for each stream and refuses more
  // with RESOURCE_EXHAUSTED. Only that reflection uses these threads.
  int reflection_threads = 32;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_WIRE_LIMITS_H_
