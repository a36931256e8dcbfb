#include "services/server.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "domain/base/try.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/impl/codegen/service_type.h"
#include "services/access/handlers.h"
#include "services/api_services.h"
#include "services/audit/handlers.h"
#include "services/call/engine.h"
#include "services/call/service.h"
#include "services/connection/listening_sockets.h"
#include "services/identity/handlers.h"
#include "services/load/capacity.h"
#include "services/load/thread_pool.h"
#include "services/method/ids.h"
#include "services/probe/probe_server.h"
#include "services/runtime_metrics.h"
#include "services/store_paths.h"
#include "services/telemetry/metrics.h"
#include "services/telemetry/refusal_log.h"
#include "services/transport/health_service.h"
#include "services/transport/listener.h"
#include "services/transport/reflection_service.h"
#include "services/transport/wire_limits.h"
#include "storage/pipeline/pipeline.h"
#include "storage/store/disk_space.h"
#include "storage/store/store.h"

namespace roster::services {
namespace {

// Lists take longer than commands: a quarter as many may wait.
constexpr size_t kReadsOfQueue = 4;
// Lines of log for refused calls, in a second.
constexpr uint64_t kRefusalLines = 1000;
// Calls that wait for a position.
constexpr size_t kWaits = 1000;

Handlers IdentityHandlers() {
  Handlers all = AccountHandlers();
  all.merge(UserHandlers());
  all.merge(UserQueryHandlers());
  all.merge(ServiceAccountHandlers());
  all.merge(ImportHandlers());
  return all;
}

// None of a service that has no line here, so that its first method keeps the server from starting.
Handlers HandlersOf(std::string_view service) {
  const std::map<std::string_view, Handlers (*)()> handlers = {
      {"roster.identity.v1.IdentityService", IdentityHandlers},
      {"roster.access.v1.AccessService", AccessHandlers},
      {"roster.audit.v1.AuditService", AuditHandlers}};
  const auto found = handlers.find(service);
  return found == handlers.end() ? Handlers{} : found->second();
}

// What reflection lists.
std::vector<std::string> ListedServices() {
  std::vector<std::string> all(kApiServices.begin(), kApiServices.end());
  for (const char* name : {"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                           "grpc.reflection.v1alpha.ServerReflection"}) {
    all.emplace_back(name);
  }
  return all;
}

}  // namespace

// Members are in the order of their making; they go in the reverse one.
class Server::Impl {
 public:
  Impl(const Options& options, Environment environment)
      : options_(options),
        environment_(std::move(environment)),
        ids_(environment_.clock),
        overload_log_(environment_.logger, "overloaded", 0),
        refusal_log_(environment_.logger, "too many refusals for a line each", kRefusalLines),
        readers_(std::max(2U, std::thread::hardware_concurrency()),
                 std::max<size_t>(1, options.queue_limit / kReadsOfQueue)),
        health_({kApiServices.begin(), kApiServices.end()}),
        reflection_(ListedServices()) {}

  absl::Status Start() {
    // First, because probes and scrapes tell of a start that takes long.
    ROSTER_TRY(ShowProbes());
    // Before anything is opened, because a start that is refused changes nothing.
    ROSTER_TRY(ListeningSockets::Open(options_.listen).status());
    ROSTER_TRY(OpenStore());
    ROSTER_TRY(MakeServices());
    ROSTER_TRY(Listen());
    ShowRuntimeMetrics();
    ready_ = true;
    health_.SetServing(true);
    environment_.logger.Write(Level::kInfo, "ready",
                              {{"listen", options_.listen.host},
                               {"port", main_->port()},
                               {"health_port", probes_->port()},
                               {"metrics_port", metrics_port_},
                               {"tls", options_.tls.has_value()},
                               {"position", store_->log().head()}});
    return absl::OkStatus();
  }

  void Stop(absl::Duration notice, absl::Duration grace) {
    if (pipeline_ == nullptr) return;  // a start that was refused, or stopped before
    if (ready_) environment_.logger.Write(Level::kInfo, "stopping");
    health_.SetServing(false);
    absl::SleepFor(notice);
    // Calls that wait for a command need the pipeline: it stops when none of them is left.
    if (main_ != nullptr) main_->Shutdown(grace);
    readers_.Stop();
    importers_.Stop();
    pipeline_->Stop();
    health_.Stop();
    if (probes_ != nullptr) probes_->Shutdown(grace);
    if (ready_) {
      environment_.logger.Write(Level::kInfo, "stopped", {{"position", store_->log().head()}});
    }
    metrics_.SetRuntimeMetrics(nullptr);
    pipeline_ = nullptr;
    store_ = nullptr;
  }

  uint16_t port() const { return main_->port(); }
  uint16_t health_port() const { return probes_->port(); }
  uint16_t metrics_port() const { return metrics_port_; }

 private:
  absl::Status OpenStore() {
    const auto say = [this](std::string_view line) {
      environment_.logger.Write(Level::kInfo, line);
    };
    const auto fail = [this](const absl::Status& status) {
      health_.SetServing(false);
      environment_.on_failure(std::string(status.message()));
    };
    ROSTER_ASSIGN(store_, storage::OpenStore({.paths = StorePathsOf(options_),
                                              .cache_bytes = options_.cache_bytes,
                                              .on_damage = environment_.on_failure,
                                              .on_failure = fail,
                                              .on_late_checkpoint =
                                                  [this](const absl::Status& status) {
                                                    environment_.logger.Write(
                                                        Level::kError, "the checkpoint is late",
                                                        {{"error", std::string(status.message())}});
                                                  }},
                                             say));
    pipeline_ = std::make_unique<storage::Pipeline>(store_->log(), store_->views(), store_->vault(),
                                                    ForPipeline(fail));
    return absl::OkStatus();
  }

  void ShowRuntimeMetrics() {
    metrics_.SetRuntimeMetrics([sources = RuntimeMetricsSources{.paths = StorePathsOf(options_),
                                                                .store = *store_,
                                                                .pipeline = *pipeline_,
                                                                .queue_limit = options_.queue_limit,
                                                                .calls = calls_,
                                                                .readers = readers_,
                                                                .listener = *main_}] {
      return ReadRuntimeMetrics(sources);
    });
  }

  storage::PipelineOptions ForPipeline(std::function<void(const absl::Status&)> fail) {
    storage::PipelineOptions options;
    options.queue_limit = options_.queue_limit;
    options.clock = environment_.clock;
    options.uptime = environment_.uptime;
    options.has_disk_space = [paths = StorePathsOf(options_)] {
      return storage::HasDiskSpace(paths);
    };
    options.on_failure = std::move(fail);
    options.erase = [this](const std::vector<storage::Erasure>& erasures,
                           std::function<void()> done) {
      store_->eraser().Erase(erasures, std::move(done));
    };
    options.on_group = [this](const storage::PipelineOptions::GroupSettled& group) {
      metrics_.GroupCommitted(group.commands);
      metrics_.LogAppended(group.append);
    };
    return options;
  }

  absl::Status MakeServices() {
    engine_ =
        std::make_unique<Engine>(Dependencies{.page_key = store_->KeyFor("page tokens"),
                                              .request_hash_key = store_->KeyFor("request hashes"),
                                              .pipeline = *pipeline_,
                                              .log = store_->log(),
                                              .ids = ids_,
                                              .metrics = metrics_,
                                              .logger = environment_.logger,
                                              .overload_log = overload_log_,
                                              .refusal_log = refusal_log_,
                                              .calls = calls_,
                                              .waits = waits_,
                                              .readers = readers_,
                                              .importers = importers_,
                                              .clock = environment_.clock,
                                              .stream_silence = environment_.stream_silence});
    const auto* pool = google::protobuf::DescriptorPool::generated_pool();
    for (const char* name : kApiServices) {
      ROSTER_ASSIGN(auto methods,
                    ReadMethods(*pool->FindServiceByName(name), HandlersOf(name), metrics_));
      services_.push_back(NewService(*engine_, std::move(methods)));
    }
    return absl::OkStatus();
  }

  absl::Status ShowProbes() {
    ROSTER_ASSIGN(metrics_port_, metrics_.Expose(options_.metrics_listen));
    ROSTER_ASSIGN(probes_, ProbeServer::Start(options_.health_listen, health_));
    return absl::OkStatus();
  }

  absl::Status Listen() {
    ListenerConfig config{
        .address = options_.listen,
        .services = {&health_.service()},
        .tls = options_.tls,
        .on_tls_change = [this](const absl::Status& status,
                                const TlsIdentity& in_use) { TellTls(status, in_use); },
        .meant_memory = [this] { return MemoryOfStore(); },
        .reflection_v1alpha = options_.reflection};
    for (const auto& service : services_) config.services.push_back(service.get());
    if (options_.reflection) config.services.push_back(&reflection_.service());
    ROSTER_ASSIGN(main_, Listener::Start(config));
    if (const auto identity = main_->identity()) WarnOfCertificate(*identity);
    if (!options_.tls && !IsLoopback(options_.listen)) {
      environment_.logger.Write(Level::kWarning,
                                "the API is in plaintext: only its proxy may reach it");
    }
    return absl::OkStatus();
  }

  size_t MemoryOfStore() const {
    size_t bytes = 0;
    for (const auto& stats : {store_->log().stats(), store_->views().stats()}) {
      bytes += stats.cache_bytes + stats.memtable_bytes;
    }
    return bytes;
  }

  void TellTls(const absl::Status& status, const TlsIdentity& in_use) {
    metrics_.TlsFilesChanged(status.ok());
    if (status.ok()) {
      environment_.logger.Write(Level::kInfo, "the TLS files are read anew");
      return WarnOfCertificate(in_use);
    }
    environment_.logger.Write(Level::kError,
                              "the TLS files can't serve: what they held before stays in use",
                              {{"error", std::string(status.message())}});
  }

  void WarnOfCertificate(const TlsIdentity& identity) {
    if (identity.IsValidAt(absl::Now())) return;
    environment_.logger.Write(
        Level::kWarning, "the certificate is not valid now: clients will refuse it",
        {{"valid_from", absl::FormatTime(identity.valid_from, absl::UTCTimeZone())},
         {"valid_until", absl::FormatTime(identity.valid_until, absl::UTCTimeZone())}});
  }

  const Options options_;
  const Environment environment_;
  IdSource ids_;
  Metrics metrics_;
  RefusalLog overload_log_;
  RefusalLog refusal_log_;
  Capacity calls_{{.calls = WireLimits().calls, .bytes = WireLimits().memory_bytes}};
  Capacity waits_{{.calls = kWaits}};
  ThreadPool readers_;
  ThreadPool importers_{2, 64};  // as many as may be open: none is refused
  HealthService health_;
  ReflectionService reflection_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::Pipeline> pipeline_;
  std::unique_ptr<Engine> engine_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  uint16_t metrics_port_ = 0;
  bool ready_ = false;  // a start that was refused has nothing to say of its stop
  std::unique_ptr<ProbeServer> probes_;
  std::unique_ptr<Listener> main_;
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Options& options,
                                                      Environment environment) {
  auto impl = std::make_unique<Impl>(options, std::move(environment));
  if (auto status = impl->Start(); !status.ok()) {
    impl->Stop(absl::ZeroDuration(), absl::ZeroDuration());
    return status;
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Stop(absl::ZeroDuration(), absl::Seconds(1)); }

uint16_t Server::port() const { return impl_->port(); }
uint16_t Server::health_port() const { return impl_->health_port(); }
uint16_t Server::metrics_port() const { return impl_->metrics_port(); }

void Server::Stop(absl::Duration notice, absl::Duration grace) { impl_->Stop(notice, grace); }

}  // namespace roster::services
