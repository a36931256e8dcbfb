// The port of probes, through the client of gRPC and through connections that no client makes.

#include "services/probe/probe_server.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "tests/support/health_watch.h"
#include "tests/support/plumbing_support.h"
#include "tests/support/raw_http2.h"

namespace roster::services {
namespace {

using grpc::StatusCode;
using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// So that what ends a connection is not that it is slow.
constexpr absl::Duration kNever = absl::Hours(1);
constexpr const char* kThing = "roster.test.v1.ThingService";
constexpr const char* kCheck = "/grpc.health.v1.Health/Check";
constexpr const char* kWatch = "/grpc.health.v1.Health/Watch";
// SERVING in the frame of gRPC.
const std::string kServing = GrpcMessage("\x08\x01", 2);

class ProbeServerTest : public testing::Test {
 protected:
  ProbeServerTest() : health_({kThing}) { Start({.asking = kNever}); }

  void Start(const ProbeLimits& limits) {
    server_ = nullptr;
    auto server = ProbeServer::Start(kAnyPort, health_, limits);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    stub_ = NewStub();
  }

  std::unique_ptr<Health::Stub> NewStub() const {
    return Health::NewStub(PlaintextChannel(server_->port()));
  }

  std::unique_ptr<RawConnection> Connect() const {
    auto connection = std::make_unique<RawConnection>(server_->port());
    connection->SayHello();
    return connection;
  }

  grpc::Status Ask(const std::string& service, HealthCheckResponse& response,
                   grpc_compression_algorithm compression = GRPC_COMPRESS_NONE) {
    grpc::ClientContext context;
    SetTestDeadline(context);
    context.set_compression_algorithm(compression);
    HealthCheckRequest request;
    request.set_service(service);
    return stub_->Check(&context, request, &response);
  }

  // The state of a name, or how it is refused.
  std::string Check(const std::string& service) {
    HealthCheckResponse response;
    const grpc::Status status = Ask(service, response);
    return status.ok() ? HealthCheckResponse::ServingStatus_Name(response.status())
                       : status.error_message();
  }

  StatusCode CodeOf(const std::string& service,
                    grpc_compression_algorithm compression = GRPC_COMPRESS_NONE) {
    HealthCheckResponse response;
    return Ask(service, response, compression).error_code();
  }

  // By a new connection.
  void ExpectProbed() {
    health_.SetServing(true);
    EXPECT_EQ(CheckHealth(PlaintextChannel(server_->port())).error_message(), "");
  }

  HealthService health_;
  std::unique_ptr<ProbeServer> server_;
  std::unique_ptr<Health::Stub> stub_;
};

TEST_F(ProbeServerTest, CheckFollowsServingExceptForLiveness) {
  for (const bool serving : {false, true, false}) {
    health_.SetServing(serving);
    const std::string expected = serving ? "SERVING" : "NOT_SERVING";
    for (const char* name : {"", "readiness", kThing}) EXPECT_EQ(Check(name), expected) << name;
    EXPECT_EQ(Check("liveness"), "SERVING");
  }
}

TEST_F(ProbeServerTest, CheckOfUnknownServiceIsNotFound) {
  EXPECT_EQ(Check("Liveness"), "unknown service");
  EXPECT_EQ(CodeOf("Liveness"), StatusCode::NOT_FOUND);
}

TEST_F(ProbeServerTest, WatchSendsTheStateAtOnceAndThenOnlyChanges) {
  Watch watch(*stub_, kThing);
  Watch liveness(*stub_, "liveness");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(liveness.Next(), HealthCheckResponse::SERVING);
  health_.SetServing(true);
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);
  health_.SetServing(false);
  EXPECT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
  server_->Stop();
  for (Watch* ended : {&watch, &liveness}) {
    EXPECT_EQ(ended->Next(), HealthCheckResponse::UNKNOWN);
    EXPECT_EQ(ended->Finish().error_code(), StatusCode::UNAVAILABLE);
  }
}

TEST_F(ProbeServerTest, WatchOfUnknownServiceStaysOpen) {
  Watch watch(*stub_, "roster.test.v1.Nothing");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVICE_UNKNOWN);
  Watch known(*stub_, "");
  EXPECT_EQ(known.Next(), HealthCheckResponse::NOT_SERVING);
  health_.SetServing(true);
  EXPECT_EQ(known.Next(), HealthCheckResponse::SERVING);
  server_->Stop();
  EXPECT_EQ(watch.Next(), HealthCheckResponse::UNKNOWN);
  EXPECT_EQ(watch.Finish().error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(ProbeServerTest, StopEndsWatchesAfterTheLatestStateAndCheckGoesOn) {
  health_.SetServing(true);
  Watch watch(*stub_, "");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);
  health_.SetServing(false);
  server_->Stop();
  Watch late(*stub_, "");
  for (Watch* ended : {&watch, &late}) {
    EXPECT_EQ(ended->Next(), HealthCheckResponse::NOT_SERVING);
    EXPECT_EQ(ended->Next(), HealthCheckResponse::UNKNOWN);
    EXPECT_EQ(ended->Finish().error_code(), StatusCode::UNAVAILABLE);
  }
  EXPECT_EQ(Check("liveness"), "SERVING");
}

TEST_F(ProbeServerTest, ShutdownEndsConnectionsAndRefusesNewOnes) {
  Watch watch(*stub_, "");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
  const auto idle = Connect();
  const std::uint16_t port = server_->port();
  const absl::Time before = absl::Now();
  server_->Shutdown(absl::Seconds(25));
  EXPECT_LT(absl::Now() - before, absl::Seconds(20));
  EXPECT_EQ(watch.Next(), HealthCheckResponse::UNKNOWN);
  EXPECT_EQ(watch.Finish().error_message(), "the server is shutting down");
  EXPECT_TRUE(idle->AwaitEnd());
  EXPECT_EQ(CheckHealth(PlaintextChannel(port)).error_code(), StatusCode::UNAVAILABLE);
  server_->Shutdown(absl::ZeroDuration());
}

TEST_F(ProbeServerTest, ShutdownWaitsForCallsOnlyForItsGrace) {
  const auto half = Connect();
  EXPECT_TRUE(half->Send(BeginCall(1, kCheck)));
  ExpectProbed();
  server_->Shutdown(absl::Milliseconds(100));
  EXPECT_TRUE(half->AwaitEnd());
}

TEST_F(ProbeServerTest, WatchesAreLimited) {
  Start({.watches = 2, .asking = kNever});
  auto first = std::make_unique<Watch>(*stub_, "");
  Watch second(*stub_, "");
  EXPECT_EQ(first->Next(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(second.Next(), HealthCheckResponse::NOT_SERVING);
  Watch refused(*NewStub(), "");
  EXPECT_EQ(refused.Next(), HealthCheckResponse::UNKNOWN);
  EXPECT_EQ(refused.Finish().error_code(), StatusCode::RESOURCE_EXHAUSTED);
  // One that was cancelled makes room: on the same connection, so the server hears of it before.
  first->Cancel();
  first->Finish();
  Watch next(*stub_, "");
  EXPECT_EQ(next.Next(), HealthCheckResponse::NOT_SERVING);
}

TEST_F(ProbeServerTest, ServesNothingElse) {
  grpc::ClientContext context;
  SetTestDeadline(context);
  const auto stub =
      grpc::reflection::v1::ServerReflection::NewStub(PlaintextChannel(server_->port()));
  EXPECT_EQ(stub->ServerReflectionInfo(&context)->Finish().error_code(), StatusCode::UNIMPLEMENTED);
}

TEST_F(ProbeServerTest, LargeMessageIsRefused) {
  EXPECT_EQ(CodeOf(std::string(4000, 'x')), StatusCode::NOT_FOUND);
  EXPECT_EQ(CodeOf(std::string(5000, 'x')), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(CodeOf(std::string(1 << 20, 'x')), StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(ProbeServerTest, CompressedMessageIsUnimplemented) {
  EXPECT_EQ(CodeOf(std::string(3000, 'x'), GRPC_COMPRESS_GZIP), StatusCode::UNIMPLEMENTED);
}

TEST_F(ProbeServerTest, ManyChecksAtOnceAreAllAnswered) {
  constexpr int kCalls = 1000;
  struct Call {
    grpc::ClientContext context;
    HealthCheckRequest request;
    HealthCheckResponse response;
  };
  health_.SetServing(true);
  std::vector<Call> calls(kCalls);
  std::atomic<int> good = 0;
  std::atomic<int> left = kCalls;
  for (Call& call : calls) {
    SetTestDeadline(call.context);
    stub_->async()->Check(&call.context, &call.request, &call.response,
                          [&](const grpc::Status& status) {
                            if (status.ok()) ++good;
                            if (--left == 0) left.notify_one();
                          });
  }
  for (int now = left; now > 0; now = left) left.wait(now);
  EXPECT_EQ(good, kCalls);
  for (const Call& call : calls) EXPECT_EQ(call.response.status(), HealthCheckResponse::SERVING);
}

// What a caller sends by hand, and the status of gRPC that it gets.
TEST_F(ProbeServerTest, BrokenCallsAreRefusedAndTheConnectionGoesOn) {
  health_.SetServing(true);
  const auto raw = Connect();
  const std::string many = HeaderField("x", std::string(5000, 'x'));
  const std::vector<std::pair<std::string, std::string>> bodies = {
      {GrpcMessage("", 0), "0"},
      {"", "13"},
      {GrpcMessage("", 3), "13"},
      {GrpcMessage("", 0) + GrpcMessage("", 0), "13"},
      {GrpcMessage("x", 1), "13"},
      {GrpcMessage("", 0, 1), "12"},
      {GrpcMessage("", 0, 2), "13"},
      {GrpcMessage("", 1 << 30), "8"},
      {std::string(3, '\0'), "13"},
      {GrpcMessage(std::string(9000, 'x'), 9000), "8"},
      {GrpcMessage("\x0a\x01\xff", 3), "13"},
  };
  std::uint32_t stream = 1;
  for (const auto& [body, expected] : bodies) {
    raw->Send(BeginCall(stream, kCheck) + Frame(FrameKind::kData, kEndStream, stream, body));
    EXPECT_EQ(raw->Await(stream).headers["grpc-status"], expected) << stream;
    stream += 2;
  }
  // Known before the call is whole.
  raw->Send(BeginCall(stream, kCheck, "application/grpc", many + many));
  EXPECT_EQ(raw->Await(stream).headers["grpc-status"], "8");
  stream += 2;
  raw->Send(BeginCall(stream, kCheck, "text/plain"));
  EXPECT_EQ(raw->Await(stream).headers[":status"], "415");
  // More than may run at once: those that were answered take no place.
  for (int i = 0; i < 20; ++i) {
    stream += 2;
    raw->Send(BeginCall(stream, std::string(kCheck) + "s"));
    EXPECT_EQ(raw->Await(stream).headers["grpc-status"], "12");
  }
  stream += 2;
  raw->Send(BeginCall(stream, kCheck, "application/grpc+proto") +
            Frame(FrameKind::kData, kEndStream, stream, GrpcMessage("", 0)));
  auto answer = raw->Await(stream);
  EXPECT_EQ(answer.data, kServing);
  EXPECT_EQ(answer.headers[":status"], "200");
  EXPECT_EQ(answer.headers["content-type"], "application/grpc");
}

TEST_F(ProbeServerTest, GarbageEndsItsConnectionAlone) {
  const auto watching = NewStub();
  Watch watch(*watching, "");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
  for (const char* garbage : {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02\x03\x04"}) {
    RawConnection raw(server_->port());
    EXPECT_TRUE(raw.Send(garbage));
    EXPECT_TRUE(raw.AwaitEnd()) << garbage;
  }
  const auto broken = Connect();
  EXPECT_TRUE(broken->Send(Frame(FrameKind::kHeaders, kEndHeaders, 1, "\xff\xff\xff\xff\xff")));
  EXPECT_TRUE(broken->AwaitEnd());
  health_.SetServing(true);
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);
}

TEST_F(ProbeServerTest, AC3_SilentConnectionsKeepNoProbeOut) {
  Start({.connections = 8, .watches = 4, .asking = kNever});
  Watch watch(*stub_, "");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
  std::vector<std::unique_ptr<RawConnection>> silent;
  silent.reserve(40);
  for (int i = 0; i < 40; ++i) silent.push_back(std::make_unique<RawConnection>(server_->port()));
  ExpectProbed();
  // The first ones have made room; the watch, which is silent for longer, has not.
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(silent[i]->AwaitEnd()) << i;
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);
}

TEST_F(ProbeServerTest, AM3_HalfSentCallsEndAndDelayNobody) {
  Start({.asking = absl::Milliseconds(300)});
  const auto half = Connect();
  EXPECT_TRUE(half->Send(BeginCall(1, kCheck)));
  EXPECT_TRUE(half->Send(Frame(FrameKind::kData, 0, 1, std::string(2, '\0'))));
  RawConnection silent(server_->port());
  ExpectProbed();
  EXPECT_TRUE(half->AwaitEnd());
  EXPECT_TRUE(silent.AwaitEnd());
}

TEST_F(ProbeServerTest, IdleConnectionsEndAndWatchesStay) {
  Start({.asking = absl::Milliseconds(300), .idle = absl::Milliseconds(300)});
  const auto watching = Connect();
  watching->Send(BeginCall(1, kWatch) + Frame(FrameKind::kData, kEndStream, 1, GrpcMessage("", 0)));
  for (int i = 0; i < 2; ++i) {
    const auto idle = Connect();
    idle->Send(BeginCall(1, kCheck) + Frame(FrameKind::kData, kEndStream, 1, GrpcMessage("", 0)));
    EXPECT_EQ(idle->Await(1).headers["grpc-status"], "0");
    EXPECT_TRUE(idle->AwaitEnd());
  }
  server_->Stop();
  const auto answer = watching->Await(1);
  EXPECT_EQ(answer.data, GrpcMessage("\x08\x02", 2));
  EXPECT_EQ(answer.headers.at("grpc-status"), "14");
}

TEST_F(ProbeServerTest, PingsAreAnsweredAndAFloodOfThemEndsItsConnection) {
  const auto raw = Connect();
  raw->Send(Frame(FrameKind::kPing, 0, 0, "12345678"));
  EXPECT_EQ(raw->AwaitPing(), "12345678");
  std::string pings;
  for (int i = 0; i < 10'000; ++i) pings += Frame(FrameKind::kPing, 0, 0, "12345678");
  raw->Send(pings);
  EXPECT_TRUE(raw->AwaitEnd());
  ExpectProbed();
}

TEST_F(ProbeServerTest, PeerThatTakesNoAnswersIsNotRead) {
  const auto raw = Connect();
  bool taken = true;
  for (std::uint32_t stream = 1; taken && stream < 200'000; stream += 2) {
    taken = raw->Send(BeginCall(stream, kCheck) +
                      Frame(FrameKind::kData, kEndStream, stream, GrpcMessage("", 0)));
  }
  EXPECT_FALSE(taken);
  ExpectProbed();
}

TEST_F(ProbeServerTest, AH8_RapidResetsEndTheirConnectionAlone) {
  Watch watch(*stub_, "");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
  const auto raw = Connect();
  std::string calls;
  for (std::uint32_t stream = 1; stream < 40'000; stream += 2) {
    calls += BeginCall(stream, kCheck) +
             Frame(FrameKind::kReset, 0, stream, std::string("\0\0\0\x08", 4));
  }
  raw->Send(calls);
  EXPECT_TRUE(raw->AwaitEnd());
  ExpectProbed();
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);
}

}  // namespace
}  // namespace roster::services
