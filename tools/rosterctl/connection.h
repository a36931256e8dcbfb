// Where the server is and who calls it.

#ifndef ROSTER_TOOLS_ROSTERCTL_CONNECTION_H_
#define ROSTER_TOOLS_ROSTERCTL_CONNECTION_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::ctl {

struct Target {
  std::string address = "127.0.0.1:7070";
  std::string tls_ca_file;    // PEM; empty: plaintext
  std::string tls_cert_file;  // PEM, of the caller, with its key; empty: none
  std::string tls_key_file;
  std::string token;  // of the caller; empty: none
};

// The token in the first line of a file. INVALID_ARGUMENT: the file can't be read, or that line is
// empty.
absl::StatusOr<std::string> ReadToken(const std::string& file);

// A channel, not connected yet. INVALID_ARGUMENT: a file can't be read, a certificate comes without
// its key or without --tls-ca, or a token would travel in plaintext to another machine.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const Target& target);

// Gives a call its credential and its deadline.
void Prepare(const Target& target, absl::Duration timeout, grpc::ClientContext& context);

}  // namespace roster::ctl

#endif  // ROSTER_TOOLS_ROSTERCTL_CONNECTION_H_
