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
#include "services/connection/open_files.h"
#include "services/transport/tls_credentials.h"

namespace roster::services {
namespace {

using NewConnection = grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters;
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
      {GRPC_ARG_TCP_READ_CHUNK_SIZE, limits.read_bytes},
      {GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, limits.read_bytes},
      {GRPC_ARG_MAX_CONNECTION_IDLE_MS, Milliseconds(limits.connection_idle)},
      {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Milliseconds(limits.connection_grace)},
      {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Milliseconds(limits.handshake)},
      {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, Milliseconds(limits.ping_interval)},
      {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
      {GRPC_ARG_HTTP2_MAX_PING_STRIKES, limits.ping_strikes},
      {GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(limits.keepalive)},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(limits.keepalive_timeout)},
      {GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0},
      {GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE},
  };
  for (const auto& [name, value] : arguments) builder.AddChannelArgument(name, value);
  builder.SetMaxReceiveMessageSize(limits.message_bytes);
  grpc::ResourceQuota quota("listener");
  builder.SetResourceQuota(
      quota.Resize(limits.memory_bytes).SetMaxThreads(limits.blocking_threads));
}

}  // namespace

Listener::Listener(Parts parts, ListeningSockets sockets, const ListenerConfig& config)
    : tls_(std::move(parts.tls)),
      handover_(std::move(parts.handover)),
      events_(std::move(parts.events)),
      server_(std::move(parts.server)),
      port_(sockets.port()),
      memory_(config.limits.growth_bytes, {.meant = config.meant_memory}),
      acceptor_(std::move(sockets),
                {.connections = ConnectionsWithinLimit(config.limits.connections),
                 .take =
                     [this](int listening_file, int file) {
                       NewConnection connection;
                       connection.listener_fd = listening_file;
                       connection.fd = file;
                       handover_->HandleNewConnection(&connection);
                     },
                 .memory_is_short = [this] { return memory_.IsShort(absl::Now()); }}) {
  for (int i = 0; i < config.limits.pollers; ++i) {
    pollers_.emplace_back([this] {
      void* tag = nullptr;
      bool ok = false;
      while (events_->Next(&tag, &ok)) {
      }
    });
  }
}

Listener::~Listener() { Shutdown(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<Listener>> Listener::Start(const ListenerConfig& config) {
  Parts parts;
  if (config.tls) {
    ROSTER_ASSIGN(parts.tls,
                  TlsWatch::Start(*config.tls, config.tls_interval, config.on_tls_change));
  }
  ROSTER_ASSIGN(auto sockets, ListeningSockets::Open(config.address));
  grpc::ServerBuilder builder;
  builder.SetOption(std::make_unique<ReflectionOption>(config.reflection_v1alpha));
  SetLimits(config.limits, builder);
  parts.handover = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      parts.tls ? CredentialsOf(*parts.tls) : grpc::InsecureServerCredentials());
  parts.events = builder.AddCompletionQueue();
  for (grpc::Service* service : config.services) builder.RegisterService(service);
  parts.server = builder.BuildAndStart();
  if (parts.server == nullptr) return absl::InternalError("gRPC could not start its server");
  return std::unique_ptr<Listener>(new Listener(std::move(parts), std::move(sockets), config));
}

void Listener::Shutdown(absl::Duration grace) {
  acceptor_.Stop();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  if (pollers_.empty()) return;
  events_->Shutdown();
  for (std::thread& poller : pollers_) poller.join();
  pollers_.clear();
}

}  // namespace roster::services
