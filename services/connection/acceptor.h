// Accepts connections in place of gRPC, which of itself takes all that come until the process has
// no descriptor left.

#ifndef ROSTER_SERVICES_CONNECTION_ACCEPTOR_H_
#define ROSTER_SERVICES_CONNECTION_ACCEPTOR_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>

#include "absl/time/time.h"
#include "services/connection/connections.h"
#include "services/connection/listening_sockets.h"

namespace roster::services {

struct AcceptorConfig {
  std::size_t connections;  // the most at once; one too many is closed within a moment
  // Takes a connection over: it closes the descriptor. Called on the acceptor's thread.
  std::function<void(int listening_file, int file)> take;
  // Whether the memory of the process grows too fast; asked every 50 ms on the acceptor's thread.
  // True: the connection that sends most is ended.
  std::function<bool()> memory_is_short = [] { return false; };
};

// Thread-safe.
class Acceptor {
 public:
  // Begins on a thread of its own.
  Acceptor(ListeningSockets sockets, AcceptorConfig config);
  ~Acceptor() { Stop(); }
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // The system refuses connections from now on; `take` is not called after this. Idempotent.
  void Stop();

  // How many connections are open.
  std::size_t connections() const { return connections_.size(); }

 private:
  void Run();
  // Accepts what waits on a socket.
  void AcceptFrom(int listening_file);
  // Waits a little for a place. Connections that come at once have none to give their place until
  // they have been silent for a moment; meanwhile the system keeps those that follow, and none is
  // refused.
  bool AdmitSoon(int file);

  ListeningSockets sockets_;
  const AcceptorConfig config_;
  Connections connections_;
  absl::Time refuse_at_once_until_ = absl::InfinitePast();  // of the thread
  const int wake_;  // an eventfd: written when the thread is to end
  std::thread thread_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CONNECTION_ACCEPTOR_H_
