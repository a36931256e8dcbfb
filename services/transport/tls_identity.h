// The certificate and key of a server, and the authorities that sign for its clients.

#ifndef ROSTER_SERVICES_TRANSPORT_TLS_IDENTITY_H_
#define ROSTER_SERVICES_TRANSPORT_TLS_IDENTITY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::services {

// The paths of the PEM files.
struct TlsFiles {
  std::string certificate;  // the server's own certificate first, then the chain
  std::string key;
  // Certificates of the authorities, one of which must have signed a client's certificate. Empty:
  // clients show none.
  std::string client_ca = {};
};

// The content of the files. `key_pem` is a secret: never logged, never part of an error.
struct TlsIdentity {
  std::string certificate_pem;
  std::string key_pem;
  std::string client_ca_pem = {};
  // When every certificate of `certificate_pem` is valid.
  absl::Time valid_from = absl::InfinitePast();
  absl::Time valid_until = absl::InfiniteFuture();

  bool IsValidAt(absl::Time time) const { return valid_from <= time && time <= valid_until; }
  bool operator==(const TlsIdentity&) const = default;
};

// Reads the files and checks that a server can use them, be their certificates valid at this time
// or not. Every error names the file.
// NOT_FOUND, PERMISSION_DENIED, …: the system's error of opening or reading it.
// FAILED_PRECONDITION: others may read the key file (CheckSecretFile; a symbolic link is followed),
// or the path is not a regular file, or the file is larger than 1 MiB. INVALID_ARGUMENT: it has no
// PEM certificate, a damaged one, or no unencrypted PEM key, or certificate and key do not match.
absl::StatusOr<TlsIdentity> LoadTlsIdentity(const TlsFiles& files);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_TLS_IDENTITY_H_
