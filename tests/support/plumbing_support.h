// For tests that talk to a gRPC server: throw-away TLS files, channels, a health check.

#ifndef ROSTER_TESTS_SUPPORT_PLUMBING_SUPPORT_H_
#define ROSTER_TESTS_SUPPORT_PLUMBING_SUPPORT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "services/connection/address.h"
#include "services/transport/tls_identity.h"
#include "tests/support/temp_directory.h"

namespace grpc {
class Channel;
class ClientContext;
class Status;
}  // namespace grpc

namespace roster::services {

inline const Address kAnyPort{"127.0.0.1", 0};

using test::TempDirectory;

// A fresh certificate for localhost and 127.0.0.1 with its key, <name>.cert and <name>.key.
TlsFiles MakeCertificate(const TempDirectory& directory, const std::string& name);

std::string ReadAll(const std::string& path);

// A connection of its own to 127.0.0.1, which no proxy setting of the environment redirects.
std::shared_ptr<grpc::Channel> PlaintextChannel(std::uint16_t port);

// The same with TLS, trusting one certificate only.
// `client`: what is shown to a server that asks for a certificate.
std::shared_ptr<grpc::Channel> TlsChannel(std::uint16_t port, const std::string& certificate_pem,
                                          const std::optional<TlsIdentity>& client = std::nullopt);

// Asks the health service for `service`. An OK answer that is not SERVING fails the test.
grpc::Status CheckHealth(const std::shared_ptr<grpc::Channel>& channel,
                         const std::string& service = "");

// Gives the call 30 s: one that hangs fails with DEADLINE_EXCEEDED and does not hold up the test.
void SetTestDeadline(grpc::ClientContext& context);

}  // namespace roster::services

#endif  // ROSTER_TESTS_SUPPORT_PLUMBING_SUPPORT_H_
