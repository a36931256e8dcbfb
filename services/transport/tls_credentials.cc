#include "services/transport/tls_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <string>

namespace roster::services {
namespace {

// Called before each handshake, one at a time.
grpc_ssl_certificate_config_reload_status FetchNew(void* watch,
                                                   grpc_ssl_server_certificate_config** config) {
  const auto identity = static_cast<TlsWatch*>(watch)->TakeNew();
  if (identity == nullptr) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  const grpc_ssl_pem_key_cert_pair pair = {identity->key_pem.c_str(),
                                           identity->certificate_pem.c_str()};
  // Clients need roots only where they show a certificate, but gRPC aborts without any.
  const std::string& roots =
      identity->client_ca_pem.empty() ? identity->certificate_pem : identity->client_ca_pem;
  *config = grpc_ssl_server_certificate_config_create(roots.c_str(), &pair, 1);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

class WatchedCredentials final : public grpc::ServerCredentials {
 public:
  explicit WatchedCredentials(TlsWatch& watch) : watch_(watch) {}

  // The engine authenticates calls, so a processor is not needed.
  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& /*processor*/) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    const auto clients = watch_.asks_clients()
                             ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                             : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
    grpc_server_credentials* credentials = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(clients, FetchNew,
                                                                        &watch_));
    const int port = grpc_server_add_http2_port(server, address.c_str(), credentials);
    grpc_server_credentials_release(credentials);
    return port;
  }

  TlsWatch& watch_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> CredentialsOf(TlsWatch& watch) {
  return std::make_shared<WatchedCredentials>(watch);
}

}  // namespace roster::services
