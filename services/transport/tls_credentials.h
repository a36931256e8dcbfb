// gRPC's server credentials over TLS files that may change while the server runs.

#ifndef ROSTER_SERVICES_TRANSPORT_TLS_CREDENTIALS_H_
#define ROSTER_SERVICES_TRANSPORT_TLS_CREDENTIALS_H_

#include <memory>

#include "services/transport/tls_watch.h"

namespace grpc {
class ServerCredentials;
}  // namespace grpc

namespace roster::services {

// Each handshake uses the files that the watch has in use then; open connections stay as they are.
// TLS 1.2 and 1.3 with gRPC's ciphers. Where there is a client CA, a client must show a certificate
// that it signed for clients and that is valid now. For one port of one server, which the watch
// outlives.
//
// gRPC's own FileWatcherCertificateProvider does not check that a key belongs to its certificate,
// and every handshake fails after a pair that does not match. So this uses the certificate fetcher
// of the C core, which the C++ API does not have.
std::shared_ptr<grpc::ServerCredentials> CredentialsOf(TlsWatch& watch);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_TLS_CREDENTIALS_H_
