#include "services/probe/probe_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "domain/base/try.h"
#include "services/connection/listening_sockets.h"
#include "services/load/capacity.h"
#include "services/probe/probe_session.h"
#include "storage/base/mutex.h"

namespace roster::services {
namespace {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using State = ProbeSession::State;

constexpr auto kLook = std::chrono::milliseconds(50);
constexpr auto kRest = std::chrono::seconds(1);
// What is read of a connection, and how many are accepted, before it is another one's turn.
constexpr std::size_t kReadBytes = 4 << 10;
constexpr int kAcceptsInARow = 16;
// A connection that does not take what it was sent is not read.
constexpr std::size_t kMostUnsent = 64 << 10;
// Within two minutes a watch whose machine is gone is found.
constexpr int kKeepaliveSeconds = 60;
constexpr int kKeepaliveProbes = 3;
constexpr int kKeepaliveInterval = 20;

// A connection with its socket, which it closes.
class Connection {
 public:
  Connection(int file, const HealthService& health, Capacity& watches, Time now)
      : file_(file), session_(health, watches), heard_(now), since_(now) {
    Set(SOL_SOCKET, SO_SNDBUF, static_cast<int>(kMostUnsent));
    Set(SOL_SOCKET, SO_KEEPALIVE, 1);
    Set(IPPROTO_TCP, TCP_KEEPIDLE, kKeepaliveSeconds);
    Set(IPPROTO_TCP, TCP_KEEPCNT, kKeepaliveProbes);
    Set(IPPROTO_TCP, TCP_KEEPINTVL, kKeepaliveInterval);
  }
  ~Connection() { close(file_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  pollfd Watched() {
    const std::size_t unsent = session_.Unsent().size();
    const int events = (unsent < kMostUnsent ? POLLIN : 0) | (unsent > 0 ? POLLOUT : 0);
    return {.fd = file_, .events = static_cast<short>(events), .revents = 0};
  }

  void Receive(Time now) {
    std::array<char, kReadBytes> buffer;
    const ssize_t size = recv(file_, buffer.data(), buffer.size(), 0);
    if (size > 0) {
      session_.Receive({buffer.data(), static_cast<std::size_t>(size)});
      heard_ = now;
    } else {
      gone_ = size == 0 || errno != EAGAIN;
    }
  }

  void TellWatches(bool last) { session_.TellWatches(last); }

  void GoAway() { session_.GoAway(); }

  void Send() {
    const std::string_view unsent = session_.Unsent();
    if (unsent.empty() || gone_) return;
    const ssize_t size = send(file_, unsent.data(), unsent.size(), MSG_NOSIGNAL);
    if (size >= 0) {
      session_.Sent(static_cast<std::size_t>(size));
    } else {
      gone_ = errno != EAGAIN;
    }
  }

  // Whether the connection has ended, or is to end because of a limit.
  bool IsOver(const ProbeLimits& limits, Time now) {
    const auto progress = std::make_pair(session_.state(), session_.answered());
    if (progress != std::exchange(progress_, progress)) since_ = now;
    const auto most = progress.first == State::kIdle ? limits.idle : limits.asking;
    const bool late = progress.first != State::kWatching && absl::FromChrono(now - since_) > most;
    return gone_ || late || session_.Ended();
  }

  // The lowest one makes room for others.
  std::pair<bool, Time> Rank() const { return {session_.state() == State::kWatching, heard_}; }

 private:
  void Set(int level, int option, int value) const {
    setsockopt(file_, level, option, &value, sizeof(value));
  }

  const int file_;
  ProbeSession session_;
  bool gone_ = false;
  Time heard_;
  Time since_;  // when `progress_` was another one
  std::pair<State, std::size_t> progress_ = {State::kAsking, 0};
};

}  // namespace

// The thread and all that it serves.
class ProbeServer::Loop {
 public:
  Loop(ListeningSockets sockets, const HealthService& health, const ProbeLimits& limits)
      : port_(sockets.port()),
        health_(health),
        limits_(limits),
        sockets_(std::move(sockets)),
        watches_({.calls = limits.watches}),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        thread_([this] { Run(); }) {}

  ~Loop() {
    Shutdown(absl::ZeroDuration());
    close(wake_);
  }

  std::uint16_t port() const { return port_; }

  void Stop() { Enter(Phase::kStopped); }

  void Shutdown(absl::Duration grace) {
    if (!thread_.joinable()) return;
    deadline_ = storage::DeadlineAfter(grace);
    Enter(Phase::kShutdown);
    thread_.join();
  }

 private:
  enum class Phase { kServing, kStopped, kShutdown };

  void Enter(Phase phase) {
    phase_ = phase;
    const std::uint64_t one = 1;
    (void)!write(wake_, &one, sizeof(one));
  }

  void Run();
  // Waits for a socket to be ready, at most until it is time to look around, and serves it.
  void ServeReady();
  void AcceptFrom(int listening_file);
  void LookAround(Phase phase, Time now);

  const std::uint16_t port_;
  const HealthService& health_;
  const ProbeLimits limits_;
  ListeningSockets sockets_;
  Capacity watches_;
  std::vector<std::unique_ptr<Connection>> connections_;
  Time looked_ = {};
  std::atomic<Phase> phase_ = Phase::kServing;
  Time deadline_ = {};  // of the shutdown; written before the phase
  const int wake_;      // an eventfd: written when the phase has changed
  std::thread thread_;
};

void ProbeServer::Loop::Run() {
  for (;;) {
    ServeReady();
    const Phase phase = phase_;
    const Time now = Clock::now();
    if (phase == Phase::kShutdown && !sockets_.files().empty()) {
      sockets_.Close();
      for (const auto& connection : connections_) connection->GoAway();
    }
    LookAround(phase, now);
    for (const auto& connection : connections_) connection->Send();
    std::erase_if(connections_,
                  [&](const auto& connection) { return connection->IsOver(limits_, now); });
    if (phase == Phase::kShutdown && (connections_.empty() || now >= deadline_)) break;
  }
  connections_.clear();
}

void ProbeServer::Loop::ServeReady() {
  std::vector<pollfd> polled;
  polled.reserve(1 + connections_.size() + sockets_.files().size());
  polled.push_back({.fd = wake_, .events = POLLIN, .revents = 0});
  for (const auto& connection : connections_) polled.push_back(connection->Watched());
  for (const int file : sockets_.files()) {
    polled.push_back({.fd = file, .events = POLLIN, .revents = 0});
  }
  const bool soon = watches_.calls() > 0 || phase_ != Phase::kServing;
  const std::chrono::milliseconds most = soon ? kLook : kRest;
  poll(polled.data(), polled.size(), static_cast<int>(most.count()));
  std::uint64_t phases = 0;
  (void)!read(wake_, &phases, sizeof(phases));
  const Time now = Clock::now();
  const std::size_t first_socket = polled.size() - sockets_.files().size();
  for (std::size_t i = 1; i < first_socket; ++i) {
    if ((polled[i].revents & ~POLLOUT) != 0) connections_[i - 1]->Receive(now);
  }
  for (std::size_t i = first_socket; i < polled.size(); ++i) {
    if (polled[i].revents != 0) AcceptFrom(polled[i].fd);
  }
}

void ProbeServer::Loop::AcceptFrom(int listening_file) {
  for (int i = 0; i < kAcceptsInARow; ++i) {
    const int file = accept4(listening_file, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (file < 0) {
      // The process keeps descriptors free for this port; should there be none nevertheless, the
      // connection waits, and the thread must not spin meanwhile.
      if (errno == EMFILE || errno == ENFILE) std::this_thread::sleep_for(kLook / 5);
      return;
    }
    if (connections_.size() >= limits_.connections) {
      connections_.erase(
          std::min_element(connections_.begin(), connections_.end(),
                           [](const auto& a, const auto& b) { return a->Rank() < b->Rank(); }));
    }
    connections_.push_back(std::make_unique<Connection>(file, health_, watches_, Clock::now()));
  }
}

void ProbeServer::Loop::LookAround(Phase phase, Time now) {
  if (phase == Phase::kServing && now - looked_ < kLook) return;
  looked_ = now;
  for (const auto& connection : connections_) {
    connection->TellWatches(/*last=*/phase != Phase::kServing);
  }
}

absl::StatusOr<std::unique_ptr<ProbeServer>> ProbeServer::Start(const Address& address,
                                                                const HealthService& health,
                                                                const ProbeLimits& limits) {
  ROSTER_ASSIGN(auto sockets, ListeningSockets::Open(address));
  return std::unique_ptr<ProbeServer>(
      new ProbeServer(std::make_unique<Loop>(std::move(sockets), health, limits)));
}

ProbeServer::ProbeServer(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}

ProbeServer::~ProbeServer() = default;

std::uint16_t ProbeServer::port() const { return loop_->port(); }

void ProbeServer::Stop() { loop_->Stop(); }

void ProbeServer::Shutdown(absl::Duration grace) { loop_->Shutdown(grace); }

}  // namespace roster::services
