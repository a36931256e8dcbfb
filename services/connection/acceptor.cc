#include "services/connection/acceptor.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/time/clock.h"

namespace roster::services {
namespace {

constexpr int kLookMilliseconds = 50;
// So many at once, then the memory is looked at again.
constexpr int kAcceptsInARow = 100;
// For how long a connection waits for a place at most, and how long none waits after one has waited
// in vain: so others are held up for a small part of the time.
constexpr absl::Duration kLongestHold = absl::Milliseconds(200);
constexpr absl::Duration kHoldStep = absl::Milliseconds(10);
constexpr absl::Duration kNoHold = absl::Seconds(2);

}  // namespace

Acceptor::Acceptor(ListeningSockets sockets, AcceptorConfig config)
    : sockets_(std::move(sockets)),
      config_(std::move(config)),
      connections_(config_.connections),
      wake_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { Run(); }) {}

void Acceptor::Stop() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  (void)!write(wake_, &one, sizeof(one));
  thread_.join();
  close(wake_);
  sockets_.Close();
}

void Acceptor::Run() {
  std::vector<pollfd> watched = {{.fd = wake_, .events = POLLIN, .revents = 0}};
  for (const int file : sockets_.files()) {
    watched.push_back({.fd = file, .events = POLLIN, .revents = 0});
  }
  absl::Time looked = absl::InfinitePast();
  while (watched[0].revents == 0) {
    poll(watched.data(), watched.size(), kLookMilliseconds);
    for (std::size_t i = 1; i < watched.size(); ++i) {
      if (watched[i].revents != 0) AcceptFrom(watched[i].fd);
    }
    const absl::Time now = absl::Now();
    if (now - looked < absl::Milliseconds(kLookMilliseconds)) continue;
    looked = now;
    if (config_.memory_is_short()) connections_.EndHeaviest(now);
  }
}

void Acceptor::AcceptFrom(int listening_file) {
  for (int i = 0; i < kAcceptsInARow; ++i) {
    const int file = accept4(listening_file, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (file < 0) {
      // The limit of connections leaves descriptors; should they be used up nevertheless, the
      // connection waits, and the thread must not spin meanwhile.
      if (errno == EMFILE || errno == ENFILE) absl::SleepFor(absl::Milliseconds(10));
      return;
    }
    if (connections_.Admit(file, absl::Now()) || AdmitSoon(file)) {
      config_.take(listening_file, file);
    } else {
      close(file);
    }
  }
}

bool Acceptor::AdmitSoon(int file) {
  const absl::Time began = absl::Now();
  if (began < refuse_at_once_until_) return false;
  for (absl::Time now = began; now - began < kLongestHold; now = absl::Now()) {
    absl::SleepFor(kHoldStep);
    if (connections_.Admit(file, absl::Now())) return true;
  }
  refuse_at_once_until_ = absl::Now() + kNoHold;
  return false;
}

}  // namespace roster::services
