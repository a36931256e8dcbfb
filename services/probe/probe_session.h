// A connection of the port of probes: HTTP/2 and the calls on it, without the socket.

#ifndef ROSTER_SERVICES_PROBE_PROBE_SESSION_H_
#define ROSTER_SERVICES_PROBE_PROBE_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/load/capacity.h"
#include "services/probe/probe_call.h"
#include "services/transport/health_service.h"

struct nghttp2_session;

namespace roster::services {

// Takes and gives bytes. nghttp2 answers pings and ends what is no HTTP/2, and what floods it. At
// most 16 calls run at once; more are refused with REFUSED_STREAM. Thread-compatible.
class ProbeSession {
 public:
  // What the peer does. Asking: it has not yet finished its first call or another one, or does not
  // take the answer. Watching: all of its calls are watches.
  enum class State { kAsking, kIdle, kWatching };

  // `watches` counts the watches of all sessions. Both outlive it.
  ProbeSession(const HealthService& health, Capacity& watches);
  ~ProbeSession();
  ProbeSession(const ProbeSession&) = delete;
  ProbeSession& operator=(const ProbeSession&) = delete;

  // Takes what the peer has sent.
  void Receive(std::string_view bytes);

  // Tells each watch what has changed. `last`: then it ends with UNAVAILABLE.
  void TellWatches(bool last);

  // Takes no new calls; those under way go on.
  void GoAway();

  // What the peer is to be sent next: a few times as much as it has sent, at most.
  std::string_view Unsent();

  // So many bytes of it were sent.
  void Sent(std::size_t bytes);

  // Whether there is nothing more to send and to receive.
  bool Ended() const;

  State state() const;

  // How many calls were answered; a watch is by its first state.
  std::size_t answered() const { return answered_; }

 private:
  struct Callbacks;  // of nghttp2
  struct Destroy {
    void operator()(nghttp2_session* session) const;
  };

  struct Stream {
    explicit Stream(Capacity& watches) : watch(watches) {}

    ProbeCall call;
    bool answered = false;
    Permit watch;         // acquired: this is a watch
    std::string service;  // that is watched
    std::optional<int> told;
    std::string unsent;               // what is told next, in the frame of gRPC
    std::optional<absl::Status> end;  // comes after that
  };

  Stream* Find(std::int32_t id);
  // Answers the call as soon as the part that has come says how. `whole`: there is no more of it.
  void Consider(std::int32_t id, Stream& stream, bool whole);
  void Answer(std::int32_t id, Stream& stream);
  // Puts the state of a watch where it is sent from, unless the one before is still there. `last`:
  // the end too, once nothing else is left to tell.
  void Tell(Stream& stream, bool last);
  void Refuse(std::int32_t id, const absl::Status& status);

  const HealthService& health_;
  Capacity& watches_;
  bool failed_ = false;
  std::size_t answered_ = 0;
  std::map<std::int32_t, Stream> streams_;
  std::string unsent_;
  const std::unique_ptr<nghttp2_session, Destroy> session_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_PROBE_PROBE_SESSION_H_
