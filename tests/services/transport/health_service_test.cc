#include "services/transport/health_service.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "grpc/health/v1/health.grpc.pb.h"
#include "services/transport/listener.h"
#include "tests/support/health_watch.h"
#include "tests/support/plumbing_support.h"

namespace roster::services {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ServingStatus = HealthCheckResponse::ServingStatus;

constexpr const char* kThing = "roster.test.v1.ThingService";

class HealthServiceTest : public testing::Test {
 protected:
  HealthServiceTest() : health_({kThing}) {
    ListenerConfig config{.address = kAnyPort, .services = {&health_.service()}};
    config.limits.concurrent_streams = 1000;  // for more watches than a connection may have
    auto listener = Listener::Start(config);
    EXPECT_TRUE(listener.ok()) << listener.status();
    listener_ = *std::move(listener);
    stub_ = Health::NewStub(PlaintextChannel(listener_->port()));
  }

  // The answer of Check, or the code of its refusal.
  std::string Check(const std::string& service) {
    grpc::ClientContext context;
    SetTestDeadline(context);
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    const grpc::Status status = stub_->Check(&context, request, &response);
    if (status.error_code() == grpc::StatusCode::NOT_FOUND) return "NOT_FOUND";
    if (!status.ok()) return status.error_message();
    return HealthCheckResponse::ServingStatus_Name(response.status());
  }

  HealthService health_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Health::Stub> stub_;
};

TEST_F(HealthServiceTest, CheckFollowsServingExceptForLiveness) {
  for (const bool serving : {false, true, false}) {
    health_.SetServing(serving);
    const std::string expected = serving ? "SERVING" : "NOT_SERVING";
    for (const char* name : {"", "readiness", kThing}) EXPECT_EQ(Check(name), expected) << name;
    EXPECT_EQ(Check("liveness"), "SERVING");
  }
}

TEST_F(HealthServiceTest, BeginsAsNotServing) { EXPECT_EQ(Check(""), "NOT_SERVING"); }

TEST_F(HealthServiceTest, CheckOfUnknownServiceIsNotFound) {
  EXPECT_EQ(Check("roster.test.v1.Nothing"), "NOT_FOUND");
  EXPECT_EQ(Check("Liveness"), "NOT_FOUND");
}

TEST_F(HealthServiceTest, WatchSendsTheStateAtOnceAndThenOnlyChanges) {
  Watch watch(*stub_, kThing);
  EXPECT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
  health_.SetServing(true);
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);
  health_.SetServing(true);
  health_.SetServing(true);
  health_.SetServing(false);
  EXPECT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
  health_.Stop();
  EXPECT_EQ(watch.Next(), HealthCheckResponse::UNKNOWN);
  EXPECT_EQ(watch.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(HealthServiceTest, WatchOfLivenessNeverChanges) {
  Watch watch(*stub_, "liveness");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);
  health_.SetServing(true);
  health_.SetServing(false);
  health_.Stop();
  EXPECT_EQ(watch.Next(), HealthCheckResponse::UNKNOWN);
}

TEST_F(HealthServiceTest, WatchOfUnknownServiceStaysOpen) {
  Watch watch(*stub_, "roster.test.v1.Nothing");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVICE_UNKNOWN);
  health_.SetServing(true);
  Watch known(*stub_, "");
  EXPECT_EQ(known.Next(), HealthCheckResponse::SERVING);
  health_.Stop();
  EXPECT_EQ(watch.Next(), HealthCheckResponse::UNKNOWN);
  // UNAVAILABLE is what Stop sends: the watch was still open until then.
  EXPECT_EQ(watch.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(HealthServiceTest, WatchAfterStopGetsTheStateAndEnds) {
  health_.SetServing(true);
  health_.SetServing(false);
  health_.Stop();
  Watch watch(*stub_, "");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(watch.Next(), HealthCheckResponse::UNKNOWN);
  EXPECT_EQ(watch.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Check("liveness"), "SERVING");
}

TEST_F(HealthServiceTest, CancelledWatchIsForgotten) {
  Watch gone(*stub_, "");
  EXPECT_EQ(gone.Next(), HealthCheckResponse::NOT_SERVING);
  gone.Cancel();
  EXPECT_EQ(gone.Finish().error_code(), grpc::StatusCode::CANCELLED);
  health_.SetServing(true);
  Watch next(*stub_, "");
  EXPECT_EQ(next.Next(), HealthCheckResponse::SERVING);
}

TEST_F(HealthServiceTest, WatchesAreLimited) {
  std::vector<std::unique_ptr<Watch>> watches;
  for (int i = 0; i < 1000; ++i) {
    watches.push_back(std::make_unique<Watch>(*stub_, ""));
    ASSERT_EQ(watches.back()->Next(), HealthCheckResponse::NOT_SERVING) << i;
  }
  // Not on the same connection: that one takes no more calls by now.
  const auto other = Health::NewStub(PlaintextChannel(listener_->port()));
  Watch refused(*other, "");
  EXPECT_EQ(refused.Next(), HealthCheckResponse::UNKNOWN);
  EXPECT_EQ(refused.Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  health_.Stop();
  for (const auto& watch : watches) {
    EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  }
}

// Everything at once: states that change, watchers that come, read and cancel, and a stop in the
// middle.
TEST_F(HealthServiceTest, EveryWatchEndsWithTheLatestStateAndShutdownDoesNotHang) {
  constexpr int kWatchers = 16;
  std::vector<std::vector<ServingStatus>> seen(kWatchers);
  std::vector<std::thread> threads;
  std::atomic<int> started = 0;
  threads.reserve(kWatchers);
  for (int i = 0; i < kWatchers; ++i) {
    threads.emplace_back([this, i, &seen, &started] {
      for (int round = 0; round < 20; ++round) {
        Watch brief(*stub_, "");
        brief.Next();
        brief.Cancel();
      }
      Watch watch(*stub_, kThing);
      seen[i].push_back(watch.Next());
      ++started;
      while (seen[i].back() != HealthCheckResponse::UNKNOWN) seen[i].push_back(watch.Next());
      EXPECT_EQ(watch.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
    });
  }
  while (started < kWatchers) {
    health_.SetServing(true);
    health_.SetServing(false);
    std::this_thread::yield();
  }
  for (int i = 0; i < 500; ++i) health_.SetServing(i % 2 == 0);
  health_.SetServing(true);
  health_.Stop();
  const absl::Time before = absl::Now();
  listener_->Shutdown(absl::Seconds(20));
  EXPECT_LT(absl::Now() - before, absl::Seconds(15));
  for (std::thread& thread : threads) thread.join();
  for (const auto& states : seen) {
    ASSERT_GE(states.size(), 2u);
    EXPECT_EQ(states[states.size() - 2], HealthCheckResponse::SERVING);
    EXPECT_EQ(std::adjacent_find(states.begin(), states.end()), states.end());
  }
}

}  // namespace
}  // namespace roster::services
