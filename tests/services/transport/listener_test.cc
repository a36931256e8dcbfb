#include "services/transport/listener.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <string>

#include "services/transport/health_service.h"
#include "tests/support/plumbing_support.h"

namespace roster::services {
namespace {

class ListenerTest : public testing::Test {
 protected:
  ListenerTest() : health_({}) { health_.SetServing(true); }

  absl::StatusOr<std::unique_ptr<Listener>> Start(const Address& address,
                                                  std::optional<TlsFiles> tls = std::nullopt) {
    return Listener::Start(
        {.address = address, .services = {&health_.service()}, .tls = std::move(tls)});
  }

  HealthService health_;
};

TEST_F(ListenerTest, AnswersOnTheBoundPortUntilShutdown) {
  const auto listener = Start(kAnyPort);
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_NE((*listener)->port(), 0);
  EXPECT_TRUE(CheckHealth(PlaintextChannel((*listener)->port())).ok());
  (*listener)->Shutdown(absl::Seconds(5));
  (*listener)->Shutdown(absl::Seconds(5));
  EXPECT_EQ(CheckHealth(PlaintextChannel((*listener)->port())).error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ListenerTest, UsedPortIsRefusedByName) {
  const auto first = Start(kAnyPort);
  ASSERT_TRUE(first.ok()) << first.status();
  const Address taken{"127.0.0.1", (*first)->port()};
  const auto second = Start(taken);
  EXPECT_EQ(second.status(), absl::AlreadyExistsError("cannot listen on " + taken.ToString() +
                                                      ": the port is in use"));
  EXPECT_TRUE(CheckHealth(PlaintextChannel(taken.port)).ok());
}

TEST_F(ListenerTest, PortIsFreeAgainAfterTheListener) {
  auto first = Start(kAnyPort);
  ASSERT_TRUE(first.ok()) << first.status();
  const Address address{"127.0.0.1", (*first)->port()};
  EXPECT_TRUE(CheckHealth(PlaintextChannel(address.port)).ok());
  first->reset();
  const auto second = Start(address);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ((*second)->port(), address.port);
}

TEST_F(ListenerTest, AddressOfAnotherMachineIsRefusedByName) {
  const auto listener = Start({"192.0.2.1", 7070});  // RFC 5737: never assigned
  EXPECT_EQ(listener.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(std::string(listener.status().message()).find("cannot listen on 192.0.2.1:7070: "),
            std::string::npos)
      << listener.status();
}

TEST_F(ListenerTest, TlsAnswersOnlyThoseWhoSpeakAndTrustIt) {
  const TempDirectory dir;
  const TlsFiles files = MakeCertificate(dir, "server");
  const TlsFiles other = MakeCertificate(dir, "other");
  const auto listener = Start(kAnyPort, files);
  ASSERT_TRUE(listener.ok()) << listener.status();
  const std::uint16_t port = (*listener)->port();
  const grpc::Status trusted = CheckHealth(TlsChannel(port, ReadAll(files.certificate)));
  EXPECT_TRUE(trusted.ok()) << trusted.error_message();
  EXPECT_EQ(CheckHealth(TlsChannel(port, ReadAll(other.certificate))).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(CheckHealth(PlaintextChannel(port)).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ListenerTest, UnusableTlsFilesAreRefused) {
  const TempDirectory dir;
  const TlsFiles files = MakeCertificate(dir, "server");
  const std::string open_key = dir.Write("open.key", ReadAll(files.key), 0644);
  EXPECT_EQ(Start(kAnyPort, TlsFiles{files.certificate, open_key}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Start(kAnyPort, TlsFiles{dir / "none", files.key}).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace roster::services
