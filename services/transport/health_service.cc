#include "services/transport/health_service.h"

#include <grpcpp/support/server_callback.h>

#include <mutex>
#include <optional>
#include <unordered_set>

#include "grpc/health/v1/health.grpc.pb.h"

namespace roster::services {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ServingStatus = HealthCheckResponse::ServingStatus;

constexpr std::size_t kMaxWatches = 1000;

enum class Subject { kProcess, kServing, kUnknown };

}  // namespace

class HealthService::Impl final : public Health::CallbackService {
 public:
  explicit Impl(const std::vector<std::string>& service_names)
      : follow_serving_(service_names.begin(), service_names.end()) {
    follow_serving_.insert({"", "readiness"});
  }

  void SetServing(bool serving) {
    Update([this, serving] { serving_ = serving; });
  }

  void Stop() {
    Update([this] { stopped_ = true; });
  }

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const HealthCheckRequest* request,
                                  HealthCheckResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const Subject subject = SubjectOf(request->service());
    if (subject == Subject::kUnknown) {
      reactor->Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "unknown service"));
      return reactor;
    }
    {
      const std::lock_guard lock(mutex_);
      response->set_status(StatusOf(subject));
    }
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerWriteReactor<HealthCheckResponse>* Watch(grpc::CallbackServerContext* context,
                                                       const HealthCheckRequest* request) override;

 private:
  class Watcher;

  Subject SubjectOf(const std::string& name) const {
    if (name == "liveness") return Subject::kProcess;
    return follow_serving_.contains(name) ? Subject::kServing : Subject::kUnknown;
  }

  // With the mutex held.
  ServingStatus StatusOf(Subject subject) const {
    if (subject == Subject::kUnknown) return HealthCheckResponse::SERVICE_UNKNOWN;
    const bool good = subject == Subject::kProcess || serving_;
    return good ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
  }

  template <typename PreparedCommand>
  void Update(PreparedCommand change);

  std::unordered_set<std::string> follow_serving_;
  std::mutex mutex_;  // guards what follows, and the state of every watcher
  bool serving_ = false;
  bool stopped_ = false;
  std::unordered_set<Watcher*> watchers_;
};

// One open Watch. At most one operation of gRPC is under way: whoever moves `phase_` away from
// kIdle, under the mutex of the service, is the only one to start the next operation, and does so
// after releasing the mutex. Until it has, gRPC has no reason to call OnDone, so the watcher is
// still there.
class HealthService::Impl::Watcher final : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  enum class Step { kNothing, kWrite, kFinish };

  Watcher(Impl& service, Subject subject) : service_(service), subject_(subject) {}

  // With the mutex held. The caller passes the result to Perform once it has released the mutex.
  Step Advance() {
    if (phase_ != Phase::kIdle) return Step::kNothing;
    const ServingStatus latest = service_.StatusOf(subject_);
    if (!cancelled_ && !refused_ && latest != sent_) {
      phase_ = Phase::kWriting;
      sent_ = latest;
      response_.set_status(latest);
      return Step::kWrite;
    }
    if (!cancelled_ && !refused_ && !service_.stopped_) return Step::kNothing;
    phase_ = Phase::kFinishing;
    return Step::kFinish;
  }

  void Perform(Step step) {
    if (step == Step::kWrite) StartWrite(&response_);
    if (step == Step::kFinish) Finish(Outcome());
  }

  // With the mutex held, before the first Advance.
  void Refuse() { refused_ = true; }

  void OnWriteDone(bool ok) override {
    PreparedCommand([this, ok] {
      phase_ = Phase::kIdle;
      if (!ok) cancelled_ = true;
    });
  }

  void OnCancel() override {
    PreparedCommand([this] { cancelled_ = true; });
  }

  void OnDone() override {
    {
      const std::lock_guard lock(service_.mutex_);
      service_.watchers_.erase(this);
    }
    delete this;
  }

 private:
  enum class Phase { kIdle, kWriting, kFinishing };

  template <typename Mutation>
  void PreparedCommand(Mutation mutation) {
    Step step;
    {
      const std::lock_guard lock(service_.mutex_);
      mutation();
      step = Advance();
    }
    Perform(step);
  }

  // Neither flag changes any more when the watcher finishes.
  grpc::Status Outcome() const {
    if (refused_) return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many watches");
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server is shutting down");
  }

  Impl& service_;
  const Subject subject_;
  HealthCheckResponse response_;  // gRPC reads it while phase_ is kWriting
  Phase phase_ = Phase::kIdle;
  std::optional<ServingStatus> sent_;
  bool cancelled_ = false;
  bool refused_ = false;
};

// Changes the state of the service and moves every watcher that this concerns.
template <typename PreparedCommand>
void HealthService::Impl::Update(PreparedCommand change) {
  std::vector<std::pair<Watcher*, Watcher::Step>> steps;
  {
    const std::lock_guard lock(mutex_);
    change();
    steps.reserve(watchers_.size());
    for (Watcher* watcher : watchers_) {
      const Watcher::Step step = watcher->Advance();
      if (step != Watcher::Step::kNothing) steps.emplace_back(watcher, step);
    }
  }
  for (const auto& [watcher, step] : steps) watcher->Perform(step);
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Impl::Watch(
    grpc::CallbackServerContext* /*context*/, const HealthCheckRequest* request) {
  auto* watcher = new Watcher(*this, SubjectOf(request->service()));  // OnDone deletes it
  Watcher::Step step;
  {
    const std::lock_guard lock(mutex_);
    if (watchers_.size() >= kMaxWatches) watcher->Refuse();
    watchers_.insert(watcher);
    step = watcher->Advance();
  }
  watcher->Perform(step);
  return watcher;
}

HealthService::HealthService(const std::vector<std::string>& service_names)
    : impl_(std::make_unique<Impl>(service_names)) {}

HealthService::~HealthService() = default;

grpc::Service& HealthService::service() { return *impl_; }

void HealthService::SetServing(bool serving) { impl_->SetServing(serving); }

void HealthService::Stop() { impl_->Stop(); }

}  // namespace roster::services
