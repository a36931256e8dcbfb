#include "services/transport/listener.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "domain/base/try.h"
#include "services/transport/tls_credentials.h"

namespace roster::services {
namespace {

using Plugins = std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>;

// gRPC's reflection library registers itself before main, and so serves v1alpha on every server of
// the process. This removes it from the builder and adds it only where it is wanted.
class ReflectionOption final : public grpc::ServerBuilderOption {
 public:
  explicit ReflectionOption(bool wanted) : wanted_(wanted) {}

  void UpdateArguments(grpc::ChannelArguments* /*arguments*/) override {}

  void UpdatePlugins(Plugins* plugins) override {
    auto own = std::make_unique<grpc::reflection::ProtoServerReflectionPlugin>();
    std::erase_if(*plugins, [&own](const auto& plugin) { return plugin->name() == own->name(); });
    if (wanted_) plugins->push_back(std::move(own));
  }

 private:
  const bool wanted_;
};

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

void SetLimits(const WireLimits& limits, grpc::ServerBuilder& builder) {
  const std::pair<const char*, int> arguments[] = {
      {GRPC_ARG_MAX_METADATA_SIZE, limits.metadata_bytes},
      {GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.concurrent_streams},
      {GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(limits.connection_age)},
      {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Milliseconds(limits.connection_grace)},
      {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Milliseconds(limits.handshake)},
      {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, Milliseconds(limits.ping_interval)},
      {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
      {GRPC_ARG_HTTP2_MAX_PING_STRIKES, limits.ping_strikes},
      {GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(limits.keepalive)},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(limits.keepalive_timeout)},
  };
  for (const auto& [name, value] : arguments) builder.AddChannelArgument(name, value);
  builder.SetMaxReceiveMessageSize(limits.message_bytes);
  grpc::ResourceQuota quota("listener");
  builder.SetResourceQuota(
      quota.Resize(limits.memory_bytes).SetMaxThreads(limits.reflection_threads));
}

}  // namespace

Listener::Listener(std::unique_ptr<TlsWatch> tls, std::unique_ptr<grpc::Server> server,
                   std::uint16_t port)
    : tls_(std::move(tls)), server_(std::move(server)), port_(port) {}

Listener::~Listener() { Shutdown(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<Listener>> Listener::Start(const ListenerConfig& config) {
  std::unique_ptr<TlsWatch> tls;
  if (config.tls) {
    ROSTER_ASSIGN(auto watch,
                  TlsWatch::Start(*config.tls, config.tls_interval, config.on_tls_change));
    tls = std::move(watch);
  }
  int port = 0;
  grpc::ServerBuilder builder;
  builder.SetOption(std::make_unique<ReflectionOption>(config.reflection_v1alpha));
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  SetLimits(config.limits, builder);
  builder.AddListeningPort(config.address.ToString(),
                           tls ? CredentialsOf(*tls) : grpc::InsecureServerCredentials(), &port);
  for (grpc::Service* service : config.services) builder.RegisterService(service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return WhyNotListening(config.address);
  return std::unique_ptr<Listener>(
      new Listener(std::move(tls), std::move(server), static_cast<std::uint16_t>(port)));
}

void Listener::Shutdown(absl::Duration grace) {
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
}

}  // namespace roster::services
