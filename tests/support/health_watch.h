// A Watch of grpc.health.v1 as a client sees it.

#ifndef ROSTER_TESTS_SUPPORT_HEALTH_WATCH_H_
#define ROSTER_TESTS_SUPPORT_HEALTH_WATCH_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/support/plumbing_support.h"

namespace roster::services {

class Watch {
 public:
  Watch(grpc::health::v1::Health::Stub& stub, const std::string& service) {
    SetTestDeadline(context_);
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    reader_ = stub.Watch(&context_, request);
  }

  // The next state, or UNKNOWN once the watch has ended.
  grpc::health::v1::HealthCheckResponse::ServingStatus Next() {
    grpc::health::v1::HealthCheckResponse response;
    return reader_->Read(&response) ? response.status()
                                    : grpc::health::v1::HealthCheckResponse::UNKNOWN;
  }

  grpc::Status Finish() { return reader_->Finish(); }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<grpc::health::v1::HealthCheckResponse>> reader_;
};

}  // namespace roster::services

#endif  // ROSTER_TESTS_SUPPORT_HEALTH_WATCH_H_
