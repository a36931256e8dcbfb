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
  // RESOURCE_EXHAUSTED. Where the frames of such headers are read one after the other (12 of 400
  // times on busy cores), gRPC ends the connection, and its other calls with it.
  int metadata_bytes = 16 << 10;

  // Connections at once; fewer where the process may not open twice as many files
  // (services/connection/open_files.h). One address has at most as many as are free. One too many
  // takes the place of one that says nothing, or is closed.
  std::size_t connections = 2'000;

  // What is read of a connection before it is another one's turn. gRPC reads up to 4 MiB of itself:
  // 20 000 calls of a flood, for which all others wait a second.
  int read_bytes = 32 << 10;

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

  // A connection without a call ends after this time; clients connect again when they have one.
  absl::Duration connection_idle = absl::Minutes(5);

  // When the process has grown by this much within a minute, beside what the store caches and is
  // about to write, the connection that sends most is ended, and another one each 50 ms while it
  // lasts. gRPC takes memory for what a flood of cancelled calls leaves behind, and neither it nor
  // Roster can count that.
  std::size_t growth_bytes = std::size_t{384} << 20;

  // Memory for the messages and buffers of all connections: 64 of the largest messages. Beyond it
  // gRPC stops reading, then drops calls. The messages of calls under way may take as much again;
  // beyond that calls are refused with OVERLOADED.
  std::size_t memory_bytes = std::size_t{256} << 20;

  // Threads that read what connections send. One that gRPC has begun to serve keeps its thread as
  // long as it sends faster than it is read, so as many such connections as there are threads would
  // stop all others. Threads without work cost nothing.
  int pollers = 16;

  // Threads of services that take one for each call, and refuse more with RESOURCE_EXHAUSTED:
  // gRPC's own reflection (v1alpha).
  int blocking_threads = 32;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_WIRE_LIMITS_H_
