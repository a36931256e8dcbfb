// The certificate and key that a server shows to its clients, and whose clients it lets in.

#ifndef ROSTER_SERVICES_TRANSPORT_TLS_IDENTITY_H_
#define ROSTER_SERVICES_TRANSPORT_TLS_IDENTITY_H_

#include <string>

#include "absl/status/statusor.h"

namespace roster::services {

// Where the PEM files are.
struct TlsFiles {
  std::string certificate;  // the server's own certificate first, then the chain
  std::string key;
  // Certificates of the authorities by which clients' certificates must be signed. Empty: clients
  // are not asked for any.
  std::string client_ca = {};
};

// What they hold. `key_pem` is a secret: never logged, never part of an error.
struct TlsIdentity {
  std::string certificate_pem;
  std::string key_pem;
  std::string client_ca_pem = {};

  bool operator==(const TlsIdentity&) const = default;
};

// Reads the files and tries whether they can serve. Every error names the file.
// NOT_FOUND, PERMISSION_DENIED, …: the system's error of opening or reading it.
// FAILED_PRECONDITION: group or others have any permission on the key file (it must be 0600 or
// stricter; a symbolic link is followed), or the path is no regular file, or the file is larger
// than 1 MiB. INVALID_ARGUMENT: it holds no PEM certificate or a damaged one, or no unencrypted PEM
// key, or the two do not belong together.
absl::StatusOr<TlsIdentity> LoadTlsIdentity(const TlsFiles& files);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_TLS_IDENTITY_H_
