#include "services/telemetry/metrics.h"

#include <CivetServer.h>
#include <netdb.h>
#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <exception>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "services/connection/listening_sockets.h"
#include "storage/base/mutex.h"

namespace roster::services {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;
using prometheus::Registry;

constexpr std::size_t kUnknownCode = 2;

// A request takes a thread until it has come whole, or so long: half-sent ones must not keep others
// out.
constexpr char kScrapeThreads[] = "16";
constexpr char kScrapeMilliseconds[] = "1000";

// In the spelling of go-grpc-prometheus, which dashboards and alert rules expect.
constexpr std::array<const char*, 17> kCodeNames = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

Histogram::BucketBoundaries CallSeconds() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}
Histogram::BucketBoundaries AppendSeconds() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};
}
Histogram::BucketBoundaries GroupSizes() { return {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}; }

const char* TypeName(MethodType type) {
  switch (type) {
    case MethodType::kUnary:
      return "unary";
    case MethodType::kClientStream:
      return "client_stream";
    case MethodType::kServerStream:
      return "server_stream";
    case MethodType::kBidiStream:
      return "bidi_stream";
  }
  return "unary";
}

Family<Counter>& CounterFamily(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Histogram>& HistogramFamily(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

prometheus::MetricFamily FamilyOf(const RuntimeMetric& metric) {
  const bool counts = metric.kind == RuntimeMetric::Kind::kCounter;
  return {metric.name,
          metric.help,
          counts ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge,
          {}};
}

// The runtime metrics as a part of the endpoint. Thread-safe.
class RuntimeMetrics final : public prometheus::Collectable {
 public:
  void Set(std::function<std::vector<RuntimeMetric>()> read) {
    storage::MutexLock lock(mutex_);
    read_ = std::move(read);
  }

  std::vector<prometheus::MetricFamily> Collect() const override {
    storage::MutexLock lock(mutex_);
    std::vector<prometheus::MetricFamily> families;
    if (!read_) return families;
    for (const RuntimeMetric& value : read_()) {
      if (families.empty() || families.back().name != value.name) {
        families.push_back(FamilyOf(value));
      }
      prometheus::ClientMetric& metric = families.back().metric.emplace_back();
      for (const auto& [name, label] : value.labels) metric.label.push_back({name, label});
      // The endpoint shows the one of the family's type.
      metric.gauge.value = metric.counter.value = value.value;
    }
    return families;
  }

 private:
  mutable storage::Mutex mutex_;
  std::function<std::vector<RuntimeMetric>()> read_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

void MethodMetrics::Started() const { started_->Increment(); }

void MethodMetrics::Handled(int grpc_code, absl::Duration took) const {
  const auto code = static_cast<std::size_t>(grpc_code);
  handled_[code < kCodes ? code : kUnknownCode]->Increment();
  seconds_->Observe(absl::ToDoubleSeconds(took));
}

struct Metrics::Instruments {
  std::shared_ptr<Registry> registry = std::make_shared<Registry>();
  std::shared_ptr<RuntimeMetrics> runtime = std::make_shared<RuntimeMetrics>();
  Family<Counter>& started =
      CounterFamily(*registry, "grpc_server_started_total", "RPCs that the server has started.");
  Family<Counter>& handled =
      CounterFamily(*registry, "grpc_server_handled_total", "RPCs answered, by code.");
  Family<Histogram>& call_seconds = HistogramFamily(
      *registry, "grpc_server_handling_seconds", "Seconds from the start of an RPC to its answer.");
  Histogram& group_size =
      HistogramFamily(*registry, "roster_pipeline_group_size", "Commands settled by one append.")
          .Add({}, GroupSizes());
  Histogram& append_seconds = HistogramFamily(*registry, "roster_log_append_seconds",
                                              "Seconds of an append to the log, fsync included.")
                                  .Add({}, AppendSeconds());
  Family<Counter>& refused =
      CounterFamily(*registry, "roster_commands_refused_total", "Calls refused, by reason.");
  Family<Counter>& tls_changes =
      CounterFamily(*registry, "roster_tls_changes_total", "Changes of the TLS files, by outcome.");
  Counter& tls_in_use = tls_changes.Add({{"outcome", "in_use"}});
  Counter& tls_kept_out = tls_changes.Add({{"outcome", "kept_out"}});

  storage::Mutex mutex;
  // Destroyed before the registry that it shows.
  std::unique_ptr<prometheus::Exposer> exposer ABSL_GUARDED_BY(mutex);
  Address exposed ABSL_GUARDED_BY(mutex);
};

namespace {

// Connects to the address and closes the connection.
void ConnectAndClose(const Address& address) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found) != 0)
    return;
  const int socket_file = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_file >= 0) {
    (void)connect(socket_file, found->ai_addr, found->ai_addrlen);
    (void)close(socket_file);
  }
  freeaddrinfo(found);
}

// Monitors ask HEAD whether an endpoint is there; the library knows GET alone. 0: it is to go on.
int AnswerHead(mg_connection* connection) {
  const mg_request_info* const request = mg_get_request_info(connection);
  if (std::string_view(request->request_method) != "HEAD") return 0;
  if (std::string_view(request->local_uri) != "/metrics") return 0;
  mg_send_http_ok(connection, "text/plain; version=0.0.4; charset=utf-8", 0);
  return 200;
}

}  // namespace

Metrics::Metrics() : instruments_(std::make_unique<Instruments>()) {}

// civetweb's listening thread reads its stop flag when a connection comes, otherwise every 2 s. So
// another thread connects until the endpoint has ended.
Metrics::~Metrics() {
  std::unique_ptr<prometheus::Exposer> exposer;
  Address exposed;
  {
    storage::MutexLock lock(instruments_->mutex);
    exposer = std::move(instruments_->exposer);
    exposed = instruments_->exposed;
  }
  if (exposer == nullptr) return;
  std::atomic<bool> ended = false;
  std::thread connecting([&] {
    for (; !ended; absl::SleepFor(absl::Milliseconds(5))) ConnectAndClose(exposed);
  });
  exposer = nullptr;
  ended = true;
  connecting.join();
}

MethodMetrics Metrics::ForMethod(std::string_view service, std::string_view method,
                                 MethodType type) {
  const prometheus::Labels labels = {{"grpc_service", std::string(service)},
                                     {"grpc_method", std::string(method)},
                                     {"grpc_type", TypeName(type)}};
  MethodMetrics metrics;
  metrics.started_ = &instruments_->started.Add(labels);
  metrics.seconds_ = &instruments_->call_seconds.Add(labels, CallSeconds());
  for (std::size_t code = 0; code < MethodMetrics::kCodes; ++code) {
    prometheus::Labels with_code = labels;
    with_code["grpc_code"] = kCodeNames[code];
    metrics.handled_[code] = &instruments_->handled.Add(with_code);
  }
  return metrics;
}

void Metrics::GroupCommitted(std::size_t commands) {
  instruments_->group_size.Observe(static_cast<double>(commands));
}

void Metrics::LogAppended(absl::Duration took) {
  instruments_->append_seconds.Observe(absl::ToDoubleSeconds(took));
}

void Metrics::CallRefused(std::string_view reason) {
  instruments_->refused.Add({{"reason", std::string(reason)}}).Increment();
}

void Metrics::TlsFilesChanged(bool in_use) {
  (in_use ? instruments_->tls_in_use : instruments_->tls_kept_out).Increment();
}

void Metrics::SetRuntimeMetrics(std::function<std::vector<RuntimeMetric>()> read) {
  instruments_->runtime->Set(std::move(read));
}

std::string Metrics::Text() const {
  std::vector<prometheus::MetricFamily> all = instruments_->registry->Collect();
  for (auto& family : instruments_->runtime->Collect()) all.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(all);
}

absl::StatusOr<std::uint16_t> Metrics::Expose(const Address& address) {
  storage::MutexLock lock(instruments_->mutex);
  if (instruments_->exposer != nullptr)
    return absl::FailedPreconditionError("metrics are exposed already");
  CivetCallbacks callbacks;
  callbacks.begin_request = AnswerHead;
  try {
    auto exposer = std::make_unique<prometheus::Exposer>(
        std::vector<std::string>{"listening_ports", address.ToString(), "num_threads",
                                 kScrapeThreads, "request_timeout_ms", kScrapeMilliseconds},
        &callbacks);
    exposer->RegisterCollectable(instruments_->registry);
    exposer->RegisterCollectable(instruments_->runtime);
    const std::vector<int> ports = exposer->GetListeningPorts();
    instruments_->exposer = std::move(exposer);
    instruments_->exposed = {address.host, static_cast<std::uint16_t>(ports.at(0))};
    return instruments_->exposed.port;
  } catch (const std::exception&) {  // its text names no cause
    return WhyNotListening(address);
  }
}

}  // namespace roster::services
