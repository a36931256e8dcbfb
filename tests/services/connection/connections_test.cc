#include "services/connection/connections.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "services/connection/listening_sockets.h"
#include "services/connection/open_files.h"
#include "services/load/memory_guard.h"

namespace roster::services {
namespace {

// Both ends of a connection over loopback, from an address of it.
class Pair {
 public:
  Pair(const ListeningSockets& sockets, const std::string& from = "127.0.0.1") {
    client_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, from.c_str(), &address.sin_addr);
    EXPECT_EQ(bind(client_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    address.sin_port = htons(sockets.port());
    EXPECT_EQ(connect(client_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    pollfd ready = {.fd = sockets.files()[0], .events = POLLIN, .revents = 0};
    poll(&ready, 1, 10'000);
    server_ = accept4(sockets.files()[0], nullptr, nullptr, SOCK_CLOEXEC);
    EXPECT_GE(server_, 0);
  }
  ~Pair() {
    CloseServer();
    close(client_);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  int server() const { return server_; }
  void CloseServer() {
    if (server_ >= 0) close(server_);
    server_ = -1;
  }
  void Send(std::size_t bytes) const {
    const std::string data(bytes, 'x');
    ASSERT_EQ(send(client_, data.data(), data.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(data.size()));
  }
  // Whether the other end was shut down.
  bool Ended() const {
    pollfd ready = {.fd = client_, .events = POLLIN, .revents = 0};
    char byte = 0;
    return poll(&ready, 1, 0) == 1 && recv(client_, &byte, 1, MSG_DONTWAIT) == 0;
  }

 private:
  int client_ = -1;
  int server_ = -1;
};

class ConnectionsTest : public testing::Test {
 protected:
  ConnectionsTest() : sockets_(*ListeningSockets::Open({"127.0.0.1", 0})) {}

  std::unique_ptr<Pair> Connect(const std::string& from = "127.0.0.1") {
    return std::make_unique<Pair>(sockets_, from);
  }

  // Later than the last time, so that the system is asked anew.
  bool Admit(Connections& connections, const Pair& pair) {
    now_ += absl::Seconds(1);
    return connections.Admit(pair.server(), now_);
  }

  const ListeningSockets sockets_;
  absl::Time now_ = absl::Now();
};

TEST_F(ConnectionsTest, AC3_AnAddressLeavesRoomForOthers) {
  Connections connections(6, absl::Minutes(1));
  std::vector<std::unique_ptr<Pair>> pairs;
  const auto more = [&](const char* from) {
    pairs.push_back(Connect(from));
    return Admit(connections, *pairs.back());
  };
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(more("127.0.0.1")) << i;
  EXPECT_FALSE(more("127.0.0.1"));
  EXPECT_TRUE(more("127.0.0.2"));
  EXPECT_FALSE(more("127.0.0.1"));
  EXPECT_TRUE(more("127.0.0.3"));
  EXPECT_EQ(connections.size(), 5u);
}

TEST_F(ConnectionsTest, ClosedOnesMakeRoomByThemselves) {
  Connections connections(2, absl::Minutes(1));
  const auto first = Connect();
  const auto second = Connect();
  EXPECT_TRUE(Admit(connections, *first));
  EXPECT_FALSE(Admit(connections, *second));
  first->CloseServer();
  EXPECT_TRUE(Admit(connections, *second));
  EXPECT_EQ(connections.size(), 1u);
}

// The number of a closed descriptor is given to the next file: that must not count as the old one.
TEST_F(ConnectionsTest, ADescriptorOfAnotherConnectionIsNotTheOldOne) {
  Connections connections(2);
  auto first = Connect();
  const auto other = Connect();
  const int file = first->server();
  EXPECT_TRUE(Admit(connections, *first));
  first->CloseServer();
  ASSERT_EQ(dup2(other->server(), file), file);
  EXPECT_TRUE(Admit(connections, *other));
  EXPECT_EQ(connections.size(), 1u);
  EXPECT_FALSE(other->Ended());
  close(file);
}

TEST_F(ConnectionsTest, AC3_ASilentOneGivesItsPlace) {
  Connections patient(2, absl::Minutes(1));
  const auto silent = Connect();
  EXPECT_TRUE(Admit(patient, *silent));
  EXPECT_FALSE(Admit(patient, *Connect())) << "it may still be about to speak";
  EXPECT_FALSE(silent->Ended());
  Connections connections(2);
  EXPECT_TRUE(Admit(connections, *silent));
  absl::SleepFor(absl::Milliseconds(150));
  const auto late = Connect();
  EXPECT_TRUE(Admit(connections, *late));
  EXPECT_TRUE(silent->Ended());
  EXPECT_FALSE(late->Ended());
  EXPECT_EQ(connections.size(), 1u);
}

// One that has made a call may be between two of them.
TEST_F(ConnectionsTest, AC3_OneWithACallKeepsItsPlaceForASecond) {
  Connections connections(2, absl::ZeroDuration());
  const auto caller = Connect();
  EXPECT_TRUE(Admit(connections, *caller));
  caller->Send(9 << 10);
  EXPECT_FALSE(Admit(connections, *Connect()));
  EXPECT_FALSE(caller->Ended());
  absl::SleepFor(absl::Milliseconds(1100));
  EXPECT_TRUE(Admit(connections, *Connect()));
  EXPECT_TRUE(caller->Ended());
}

TEST_F(ConnectionsTest, AH8_TheHeaviestEndsAndItsAddressIsShutOut) {
  Connections connections(10);
  const auto quiet = Connect("127.0.0.1");
  const auto flood = Connect("127.0.0.2");
  for (const auto* pair : {&quiet, &flood}) ASSERT_TRUE(Admit(connections, **pair));
  EXPECT_FALSE(connections.EndHeaviest(now_)) << "neither has sent much";
  quiet->Send(1000);
  std::string sink(64 << 10, 0);
  for (int i = 0; i < 8; ++i) {
    flood->Send(sink.size());
    ASSERT_EQ(recv(flood->server(), sink.data(), sink.size(), MSG_WAITALL),
              static_cast<ssize_t>(sink.size()));
  }
  EXPECT_TRUE(connections.EndHeaviest(now_));
  EXPECT_TRUE(flood->Ended());
  EXPECT_FALSE(quiet->Ended());
  EXPECT_FALSE(connections.Admit(Connect("127.0.0.2")->server(), now_ + absl::Seconds(1)));
  EXPECT_TRUE(connections.Admit(Connect("127.0.0.1")->server(), now_ + absl::Seconds(1)));
  EXPECT_TRUE(connections.Admit(Connect("127.0.0.2")->server(), now_ + absl::Seconds(3)));
}

TEST(OpenFilesTest, AC3_ConnectionsLeaveFilesToTheStore) {
  RaiseOpenFileLimit();
  const std::size_t all = ConnectionsWithinLimit(1'000'000'000);
  EXPECT_GT(all, 0u);
  EXPECT_LE(all, static_cast<std::size_t>(sysconf(_SC_OPEN_MAX)) / 2);
  EXPECT_EQ(ConnectionsWithinLimit(1), 1u);
}

TEST(MemoryGuardTest, AC2_GrowthIsFoundAndForgottenAfterAMinute) {
  std::size_t resident = 100;
  std::size_t meant = 0;
  MemoryGuard guard(50, {.resident = [&] { return resident; }, .meant = [&] { return meant; }});
  const absl::Time start = absl::Now();
  EXPECT_FALSE(guard.IsShort(start));
  resident = 150;
  EXPECT_FALSE(guard.IsShort(start + absl::Seconds(1)));
  resident = 151;
  EXPECT_TRUE(guard.IsShort(start + absl::Seconds(2)));
  resident = 90;
  EXPECT_FALSE(guard.IsShort(start + absl::Seconds(3)));
  resident = 141;
  EXPECT_TRUE(guard.IsShort(start + absl::Seconds(62)));
  EXPECT_FALSE(guard.IsShort(start + absl::Seconds(64))) << "it is no growth any more";
  resident = 300;
  meant = 200;
  EXPECT_FALSE(guard.IsShort(start + absl::Seconds(65))) << "it is what the store holds";
  meant = 100;
  EXPECT_TRUE(guard.IsShort(start + absl::Seconds(66)));
}

}  // namespace
}  // namespace roster::services
