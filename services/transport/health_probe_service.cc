#include "services/transport/health_probe_service.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/sync_stream.h>

#include <atomic>
#include <cstddef>
#include <optional>

#include "absl/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace roster::services {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ServingStatus = HealthCheckResponse::ServingStatus;

constexpr std::size_t kMaxWatches = 16;
constexpr absl::Duration kLook = absl::Milliseconds(50);

}  // namespace

class HealthProbeService::Impl final : public Health::Service {
 public:
  explicit Impl(const HealthService& health) : health_(health) {}

  void Stop() { stopped_ = true; }

  grpc::Status Check(grpc::ServerContext* /*context*/, const HealthCheckRequest* request,
                     HealthCheckResponse* response) override {
    response->set_status(StatusOf(*request));
    if (response->status() != HealthCheckResponse::SERVICE_UNKNOWN) return grpc::Status::OK;
    return {grpc::StatusCode::NOT_FOUND, "unknown service"};
  }

  grpc::Status Watch(grpc::ServerContext* context, const HealthCheckRequest* request,
                     grpc::ServerWriter<HealthCheckResponse>* writer) override {
    const bool refused = watches_.fetch_add(1) >= kMaxWatches;
    if (!refused) SendChanges(*context, *request, *writer);
    watches_.fetch_sub(1);
    if (refused) return {grpc::StatusCode::RESOURCE_EXHAUSTED, "too many watches"};
    return {grpc::StatusCode::UNAVAILABLE, "the server is shutting down"};
  }

 private:
  ServingStatus StatusOf(const HealthCheckRequest& request) const {
    return static_cast<ServingStatus>(health_.StatusOf(request.service()));
  }

  // Until the caller is gone or the service stops; the latest state is sent before the end.
  void SendChanges(const grpc::ServerContext& context, const HealthCheckRequest& request,
                   grpc::ServerWriter<HealthCheckResponse>& writer) const {
    std::optional<ServingStatus> sent;
    for (bool last = false; !last && !context.IsCancelled(); absl::SleepFor(kLook)) {
      last = stopped_;
      const ServingStatus latest = StatusOf(request);
      if (sent == latest) continue;
      HealthCheckResponse response;
      response.set_status(latest);
      if (!writer.Write(response)) return;
      sent = latest;
    }
  }

  const HealthService& health_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::size_t> watches_ = 0;
};

HealthProbeService::HealthProbeService(const HealthService& health)
    : impl_(std::make_unique<Impl>(health)) {}

HealthProbeService::~HealthProbeService() = default;

grpc::Service& HealthProbeService::service() { return *impl_; }

void HealthProbeService::Stop() { impl_->Stop(); }

}  // namespace roster::services
