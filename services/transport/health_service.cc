#include "services/transport/health_service.h"

#include <grpcpp/support/server_callback.h>

#include <optional>
#include <unordered_set>

#include "absl/base/thread_annotations.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "storage/base/mutex.h"

namespace roster::services {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ServingStatus = HealthCheckResponse::ServingStatus;

constexpr std::size_t kMaxWatches = 1000;

enum class Subject { kProcess, kStart, kServing, kUnknown };

}  // namespace

class HealthService::Impl final : public Health::CallbackService {
 public:
  explicit Impl(const std::vector<std::string>& service_names)
      : follow_serving_(service_names.begin(), service_names.end()) {
    follow_serving_.insert({"", "readiness"});
  }

  void SetServing(bool serving);
  void Stop();
  ServingStatus Now(const std::string& name) const;

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const HealthCheckRequest* request,
                                  HealthCheckResponse* response) override;
  grpc::ServerWriteReactor<HealthCheckResponse>* Watch(grpc::CallbackServerContext* context,
                                                       const HealthCheckRequest* request) override;

 private:
  class Watcher;
  struct Step;

  Subject SubjectOf(const std::string& name) const {
    if (name == "liveness") return Subject::kProcess;
    if (name == "startup") return Subject::kStart;
    return follow_serving_.contains(name) ? Subject::kServing : Subject::kUnknown;
  }

  ServingStatus StatusOf(Subject subject) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (subject == Subject::kUnknown) return HealthCheckResponse::SERVICE_UNKNOWN;
    const bool good =
        subject == Subject::kProcess || serving_ || (subject == Subject::kStart && served_);
    return good ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
  }

  // The next step of every watcher, for the caller to perform without the mutex.
  std::vector<Step> AdvanceAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::unordered_set<std::string> follow_serving_;
  mutable storage::Mutex mutex_;  // also of the state of every watcher
  bool serving_ ABSL_GUARDED_BY(mutex_) = false;
  bool served_ ABSL_GUARDED_BY(mutex_) = false;  // at some time
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::unordered_set<Watcher*> watchers_ ABSL_GUARDED_BY(mutex_);
};

// The operation of gRPC that a watcher has to start.
struct HealthService::Impl::Step {
  enum class Kind { kNothing, kWrite, kFinish };

  void Perform() const;

  Watcher* watcher = nullptr;
  Kind kind = Kind::kNothing;
};

// One open Watch. At most one operation of gRPC runs at a time: the thread that moves `phase_` away
// from kIdle, under the mutex of the service, is the only one to start the next operation, and does
// so after releasing the mutex. Until then gRPC has no reason to call OnDone, so the watcher is
// still there.
class HealthService::Impl::Watcher final : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  // `refused`: there are too many watches.
  Watcher(Impl& service, Subject subject, bool refused)
      : service_(service), subject_(subject), refused_(refused) {}

  // With the mutex of the service held. The caller performs the step once it has released that.
  Step Advance() {
    service_.mutex_.AssertHeld();
    if (phase_ != Phase::kIdle) return {this, Step::Kind::kNothing};
    const ServingStatus latest = service_.StatusOf(subject_);
    if (!cancelled_ && !refused_ && latest != sent_) {
      phase_ = Phase::kWriting;
      sent_ = latest;
      response_.set_status(latest);
      return {this, Step::Kind::kWrite};
    }
    if (!cancelled_ && !refused_ && !service_.stopped_) return {this, Step::Kind::kNothing};
    phase_ = Phase::kFinishing;
    return {this, Step::Kind::kFinish};
  }

  void Write() { StartWrite(&response_); }

  void End() {
    Finish(refused_ ? grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many watches")
                    : grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server is shutting down"));
  }

  void OnWriteDone(bool ok) override {
    Step step;
    {
      storage::MutexLock lock(service_.mutex_);
      phase_ = Phase::kIdle;
      if (!ok) cancelled_ = true;
      step = Advance();
    }
    step.Perform();
  }

  void OnCancel() override {
    Step step;
    {
      storage::MutexLock lock(service_.mutex_);
      cancelled_ = true;
      step = Advance();
    }
    step.Perform();
  }

  void OnDone() override {
    {
      storage::MutexLock lock(service_.mutex_);
      service_.watchers_.erase(this);
    }
    delete this;
  }

 private:
  enum class Phase { kIdle, kWriting, kFinishing };

  Impl& service_;
  const Subject subject_;
  const bool refused_;
  HealthCheckResponse response_;  // gRPC reads it while phase_ is kWriting
  Phase phase_ ABSL_GUARDED_BY(service_.mutex_) = Phase::kIdle;
  std::optional<ServingStatus> sent_ ABSL_GUARDED_BY(service_.mutex_);
  bool cancelled_ ABSL_GUARDED_BY(service_.mutex_) = false;
};

void HealthService::Impl::Step::Perform() const {
  if (kind == Kind::kWrite) watcher->Write();
  if (kind == Kind::kFinish) watcher->End();
}

std::vector<HealthService::Impl::Step> HealthService::Impl::AdvanceAll() {
  std::vector<Step> steps;
  steps.reserve(watchers_.size());
  for (Watcher* watcher : watchers_) {
    const Step step = watcher->Advance();
    if (step.kind != Step::Kind::kNothing) steps.push_back(step);
  }
  return steps;
}

void HealthService::Impl::SetServing(bool serving) {
  std::vector<Step> steps;
  {
    storage::MutexLock lock(mutex_);
    serving_ = serving;
    served_ = served_ || serving;
    steps = AdvanceAll();
  }
  for (const Step& step : steps) step.Perform();
}

void HealthService::Impl::Stop() {
  std::vector<Step> steps;
  {
    storage::MutexLock lock(mutex_);
    stopped_ = true;
    steps = AdvanceAll();
  }
  for (const Step& step : steps) step.Perform();
}

ServingStatus HealthService::Impl::Now(const std::string& name) const {
  const storage::MutexLock lock(mutex_);
  return StatusOf(SubjectOf(name));
}

grpc::ServerUnaryReactor* HealthService::Impl::Check(grpc::CallbackServerContext* context,
                                                     const HealthCheckRequest* request,
                                                     HealthCheckResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (SubjectOf(request->service()) == Subject::kUnknown) {
    reactor->Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "unknown service"));
    return reactor;
  }
  response->set_status(Now(request->service()));
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Impl::Watch(
    grpc::CallbackServerContext* /*context*/, const HealthCheckRequest* request) {
  const Subject subject = SubjectOf(request->service());
  Watcher* watcher = nullptr;
  Step step;
  {
    storage::MutexLock lock(mutex_);
    // OnDone deletes it.
    watcher = new Watcher(*this, subject, /*refused=*/watchers_.size() >= kMaxWatches);
    watchers_.insert(watcher);
    step = watcher->Advance();
  }
  step.Perform();
  return watcher;
}

HealthService::HealthService(const std::vector<std::string>& service_names)
    : impl_(std::make_unique<Impl>(service_names)) {}

HealthService::~HealthService() = default;

grpc::Service& HealthService::service() { return *impl_; }

int HealthService::StatusOf(const std::string& name) const { return impl_->Now(name); }

void HealthService::SetServing(bool serving) { impl_->SetServing(serving); }

void HealthService::Stop() { impl_->Stop(); }

}  // namespace roster::services
