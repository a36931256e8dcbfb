// gRPC's server credentials over TLS files that may change while the server runs.

#ifndef ROSTER_SERVICES_TRANSPORT_TLS_CREDENTIALS_H_
#define ROSTER_SERVICES_TRANSPORT_TLS_CREDENTIALS_H_

#include <memory>

#include "services/transport/tls_watch.h"

namespace grpc {
class ServerCredentials;
}  // namespace grpc

namespace roster::services {

// Each handshake shows what the watch has in use by then; connections that stand are not touched.
// TLS 1.2 and 1.3 with gRPC's ciphers. Where there is a client CA, nobody gets a connection without
// a certificate that it signed for clients and that is valid now. For one port of one server, which
// the watch outlives.
//
// gRPC's own FileWatcherCertificateProvider doesn't try whether a key belongs to its certificate,
// and after a pair that does not fit it serves nobody. So this uses the certificate fetcher of the
// C core, which the C++ API does not have.
std::shared_ptr<grpc::ServerCredentials> CredentialsOf(TlsWatch& watch);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_TLS_CREDENTIALS_H_
