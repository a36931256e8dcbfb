// A throw-away certificate authority, and a TLS client that looks at what a server shows.

#ifndef ROSTER_TESTS_SUPPORT_CERTIFICATES_H_
#define ROSTER_TESTS_SUPPORT_CERTIFICATES_H_

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "services/transport/tls_identity.h"

namespace roster::services {

// What a certificate says; as it stands, a server's for this machine.
struct CertificateSpec {
  std::string names = "DNS:localhost,IP:127.0.0.1";  // subjectAltName, as OpenSSL writes it
  std::string usage = "serverAuth";                  // extendedKeyUsage
  absl::Duration valid_from = -absl::Hours(1);       // from now
  absl::Duration valid_until = absl::Hours(1);       // from now
};

class CertificateAuthority {
 public:
  CertificateAuthority();
  ~CertificateAuthority();

  // Its own certificate.
  const std::string& pem() const { return pem_; }

  // A certificate signed by it, with a key and serial of its own. `client_ca_pem` stays empty.
  TlsIdentity Issue(const CertificateSpec& spec) const;

  // The same, signed by nobody but its own key.
  static TlsIdentity SelfSigned(const CertificateSpec& spec);

 private:
  struct Signer;
  std::unique_ptr<Signer> signer_;
  std::string pem_;
};

// The serial number of a certificate, in hexadecimal digits.
std::string SerialOf(const std::string& certificate_pem);

// A handshake with 127.0.0.1 by OpenSSL itself.
struct Handshake {
  bool done = false;
  int version = 0;     // e.g. TLS1_2_VERSION
  std::string serial;  // of the certificate that the server showed
};
Handshake ShakeHands(std::uint16_t port, int max_version = TLS1_3_VERSION);

}  // namespace roster::services

#endif  // ROSTER_TESTS_SUPPORT_CERTIFICATES_H_
