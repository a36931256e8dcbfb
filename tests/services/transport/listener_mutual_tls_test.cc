// Mutual TLS: which clients get a connection, and which do not (reliability T3).

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/time/clock.h"
#include "services/transport/health_service.h"
#include "services/transport/listener.h"
#include "tests/support/certificates.h"
#include "tests/support/plumbing_support.h"

namespace roster::services {
namespace {

constexpr absl::Duration kInterval = absl::Milliseconds(20);

class MutualTlsTest : public testing::Test {
 protected:
  MutualTlsTest() : health_({}) {
    health_.SetServing(true);
    const TlsIdentity server = servers_.Issue({});
    const TlsFiles files = {.certificate = dir_.Write("cert", server.certificate_pem, 0644),
                            .key = dir_.Write("key", server.key_pem, 0600),
                            .client_ca = dir_.Write("client_ca", clients_.pem(), 0644)};
    auto listener = Listener::Start({.address = kAnyPort,
                                     .services = {&health_.service()},
                                     .tls = files,
                                     .tls_interval = kInterval});
    if (!listener.ok()) std::abort();
    listener_ = *std::move(listener);
  }

  grpc::StatusCode CallWith(const std::optional<TlsIdentity>& client) const {
    return CheckHealth(TlsChannel(listener_->port(), servers_.pem(), client)).error_code();
  }

  const TempDirectory dir_;
  const CertificateAuthority servers_;
  const CertificateAuthority clients_;
  HealthService health_;
  std::unique_ptr<Listener> listener_;
};

CertificateSpec ClientSpec() {
  return {.names = "URI:spiffe://example.org/billing", .usage = "clientAuth"};
}

TEST_F(MutualTlsTest, OnlyTheValidOnePasses_T3) {
  CertificateSpec expired = ClientSpec();
  expired.valid_until = -absl::Minutes(1);
  CertificateSpec early = ClientSpec();
  early.valid_from = absl::Minutes(10);
  CertificateSpec server = ClientSpec();
  server.usage = "serverAuth";
  const TlsIdentity valid = clients_.Issue(ClientSpec());
  const struct {
    const char* name;
    std::optional<TlsIdentity> client;
  } refused[] = {
      {"none", std::nullopt},
      {"self-signed", CertificateAuthority::SelfSigned(ClientSpec())},
      {"other CA", CertificateAuthority().Issue(ClientSpec())},
      {"the servers' CA", servers_.Issue(ClientSpec())},
      {"expired", clients_.Issue(expired)},
      {"not yet valid", clients_.Issue(early)},
      {"wrong usage", clients_.Issue(server)},
  };
  for (const auto& row : refused) {
    EXPECT_EQ(CallWith(row.client), grpc::StatusCode::UNAVAILABLE) << row.name;
  }
  EXPECT_EQ(CallWith(valid), grpc::StatusCode::OK);
}

TEST_F(MutualTlsTest, TheAuthorityIsReadAgainToo) {
  const CertificateAuthority next;
  const TlsIdentity client = next.Issue(ClientSpec());
  EXPECT_EQ(CallWith(client), grpc::StatusCode::UNAVAILABLE);
  dir_.Write("client_ca", next.pem(), 0644);
  const absl::Time end = absl::Now() + absl::Seconds(5);
  while (CallWith(client) != grpc::StatusCode::OK && absl::Now() < end) absl::SleepFor(kInterval);
  EXPECT_EQ(CallWith(client), grpc::StatusCode::OK);
  EXPECT_EQ(CallWith(clients_.Issue(ClientSpec())), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(MutualTlsTest, ABrokenAuthorityIsKeptOut) {
  dir_.Write("client_ca", "not PEM", 0644);
  absl::SleepFor(5 * kInterval);
  EXPECT_EQ(CallWith(clients_.Issue(ClientSpec())), grpc::StatusCode::OK);
  EXPECT_EQ(CallWith(std::nullopt), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(MutualTlsTest, StartsWithNoAuthorityThatIsNone) {
  const TlsFiles files = {.certificate = dir_ / "cert",
                          .key = dir_ / "key",
                          .client_ca = dir_.Write("other", "", 0644)};
  EXPECT_EQ(
      LoadTlsIdentity(files).status(),
      absl::InvalidArgumentError(files.client_ca + " holds no PEM certificate, or a damaged one"));
}

}  // namespace
}  // namespace roster::services
