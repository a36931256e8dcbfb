#include "tests/support/plumbing_support.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "grpc/health/v1/health.grpc.pb.h"

namespace roster::services {
namespace {

std::shared_ptr<grpc::Channel> MakeChannel(
    std::uint16_t port, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port), credentials, arguments);
}

}  // namespace

TlsFiles MakeCertificate(const TempDirectory& directory, const std::string& name) {
  TlsFiles files{directory / (name + ".cert"), directory / (name + ".key")};
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" +
      name + " -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout '" + files.key +
      "' -out '" + files.certificate + "' 2>/dev/null";
  if (std::system(command.c_str()) != 0) std::abort();
  if (chmod(files.key.c_str(), 0600) != 0) std::abort();
  return files;
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::shared_ptr<grpc::Channel> PlaintextChannel(std::uint16_t port) {
  return MakeChannel(port, grpc::InsecureChannelCredentials());
}

std::shared_ptr<grpc::Channel> TlsChannel(std::uint16_t port, const std::string& certificate_pem,
                                          const std::optional<TlsIdentity>& client) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = certificate_pem;
  if (client) {
    options.pem_cert_chain = client->certificate_pem;
    options.pem_private_key = client->key_pem;
  }
  return MakeChannel(port, grpc::SslCredentials(options));
}

grpc::Status CheckHealth(const std::shared_ptr<grpc::Channel>& channel,
                         const std::string& service) {
  using grpc::health::v1::HealthCheckResponse;
  grpc::ClientContext context;
  SetTestDeadline(context);
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  HealthCheckResponse response;
  grpc::Status status =
      grpc::health::v1::Health::NewStub(channel)->Check(&context, request, &response);
  EXPECT_EQ(response.status(),
            status.ok() ? HealthCheckResponse::SERVING : HealthCheckResponse::UNKNOWN);
  return status;
}

void SetTestDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
}

}  // namespace roster::services
