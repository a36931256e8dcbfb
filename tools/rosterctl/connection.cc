#include "tools/rosterctl/connection.h"

#include <arpa/inet.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/time/clock.h"
#include "domain/base/try.h"

namespace roster::ctl {
namespace {

// Whether the host of `host:port` is this machine; a name is only believed when it is localhost.
bool IsLoopback(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  in_addr four = {};
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six = {};
  if (inet_pton(AF_INET6, host.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six);
  return host == "localhost";
}

absl::StatusOr<std::string> ReadPem(const std::string& file) {
  std::ifstream in(file);
  std::string pem(std::istreambuf_iterator<char>(in), {});
  if (pem.empty()) return absl::InvalidArgumentError("nothing can be read from " + file);
  return pem;
}

}  // namespace

absl::StatusOr<std::string> ReadToken(const std::string& file) {
  std::ifstream in(file);
  std::string token;
  std::getline(in, token);
  absl::StripAsciiWhitespace(&token);
  if (token.empty()) return absl::InvalidArgumentError("no token can be read from " + file);
  return token;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const Target& target) {
  if (target.tls_cert_file.empty() != target.tls_key_file.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key go together");
  }
  if (target.tls_ca_file.empty() && !target.tls_cert_file.empty()) {
    return absl::InvalidArgumentError("--tls-cert needs --tls-ca");
  }
  if (target.tls_ca_file.empty()) {
    if (!target.token.empty() && !IsLoopback(target.address)) {
      return absl::InvalidArgumentError("no token is sent to " + target.address +
                                        " in plaintext: give --tls-ca");
    }
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // would get the token in plaintext
    return grpc::CreateCustomChannel(target.address, grpc::InsecureChannelCredentials(), arguments);
  }
  grpc::SslCredentialsOptions options;
  ROSTER_ASSIGN(options.pem_root_certs, ReadPem(target.tls_ca_file));
  if (!target.tls_cert_file.empty()) {
    ROSTER_ASSIGN(options.pem_cert_chain, ReadPem(target.tls_cert_file));
    ROSTER_ASSIGN(options.pem_private_key, ReadPem(target.tls_key_file));
  }
  return grpc::CreateChannel(target.address, grpc::SslCredentials(options));
}

void Prepare(const Target& target, absl::Duration timeout, grpc::ClientContext& context) {
  if (!target.token.empty()) context.AddMetadata("authorization", "Bearer " + target.token);
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
}

}  // namespace roster::ctl
