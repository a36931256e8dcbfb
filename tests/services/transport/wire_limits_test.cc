// The limits of a listener, through a real client (reliability P3, P4, P5).

#include "services/transport/wire_limits.h"

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "services/transport/listener.h"
#include "tests/support/plumbing_support.h"

namespace roster::services {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr absl::Duration kSlow = absl::Seconds(1);

// Answers Check at once, "slow" after a while, and Watch never. Remembers the connections.
class Probe final : public Health::CallbackService {
 public:
  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const HealthCheckRequest* request,
                                  HealthCheckResponse* response) override {
    {
      const std::lock_guard lock(mutex_);
      peers_.insert(context->peer());
    }
    response->set_status(HealthCheckResponse::SERVING);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    if (request->service() != "slow") {
      reactor->Finish(grpc::Status::OK);
      return reactor;
    }
    alarm_.Set(absl::ToChronoTime(absl::Now() + kSlow),
               [reactor](bool) { reactor->Finish(grpc::Status::OK); });
    return reactor;
  }

  grpc::ServerWriteReactor<HealthCheckResponse>* Watch(grpc::CallbackServerContext*,
                                                       const HealthCheckRequest*) override {
    class Silent final : public grpc::ServerWriteReactor<HealthCheckResponse> {
      void OnCancel() override { Finish(grpc::Status::CANCELLED); }
      void OnDone() override { delete this; }
    };
    return new Silent;
  }

  std::size_t connections() {
    const std::lock_guard lock(mutex_);
    return peers_.size();
  }

 private:
  std::mutex mutex_;
  std::set<std::string> peers_;  // guarded by mutex_
  grpc::Alarm alarm_;            // of the one slow call
};

class WireLimitsTest : public testing::Test {
 protected:
  void Start(const WireLimits& limits) {
    auto listener = Listener::Start({.address = kAnyPort, .services = {&probe_}, .limits = limits});
    ASSERT_TRUE(listener.ok()) << listener.status();
    listener_ = *std::move(listener);
    channel_ = PlaintextChannel(listener_->port());
  }

  grpc::StatusCode Call() const { return CheckHealth(channel_).error_code(); }

  Probe probe_;
  std::unique_ptr<Listener> listener_;
  std::shared_ptr<grpc::Channel> channel_;
};

// A stream that hears nothing; cancelled when it goes.
class Watching {
 public:
  explicit Watching(const std::shared_ptr<grpc::Channel>& channel) {
    SetTestDeadline(context_);
    reader_ = Health::NewStub(channel)->Watch(&context_, HealthCheckRequest());
  }
  ~Watching() {
    if (reader_ == nullptr) return;
    context_.TryCancel();
    (void)End();
  }

  // Waits for the end, which the other side must bring.
  grpc::Status End() {
    HealthCheckResponse response;
    while (reader_->Read(&response)) {
    }
    const grpc::Status status = reader_->Finish();
    reader_ = nullptr;
    return status;
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> reader_;
};

TEST_F(WireLimitsTest, LargeMessagesAreRefused_P4) {
  Start({});
  EXPECT_TRUE(CheckHealth(channel_, std::string((4 << 20) - 100, 'x')).ok());
  EXPECT_EQ(CheckHealth(channel_, std::string(4 << 20, 'x')).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Call(), grpc::StatusCode::OK);
}

TEST_F(WireLimitsTest, AF_LargeMetadataIsRefused) {
  Start({});
  const auto call = [this](std::size_t bytes) {
    grpc::ClientContext context;
    SetTestDeadline(context);
    context.AddMetadata("x-large", std::string(bytes, 'x'));
    HealthCheckResponse response;
    return Health::NewStub(channel_)->Check(&context, HealthCheckRequest(), &response).error_code();
  };
  EXPECT_EQ(call(8 << 10), grpc::StatusCode::OK);
  EXPECT_EQ(call(17 << 10), grpc::StatusCode::RESOURCE_EXHAUSTED);
  // gRPC may close the connection on which that came, so the next call has one of its own.
  EXPECT_TRUE(CheckHealth(PlaintextChannel(listener_->port())).ok());
}

// What is small on the wire may open to a thousand times as much, so nothing is opened.
TEST_F(WireLimitsTest, AC2_CompressedRequestsAreRefused) {
  Start({});
  for (const auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    grpc::ClientContext context;
    SetTestDeadline(context);
    context.set_compression_algorithm(algorithm);
    HealthCheckRequest request;
    request.set_service(std::string(3 << 20, 'x'));
    HealthCheckResponse response;
    EXPECT_EQ(Health::NewStub(channel_)->Check(&context, request, &response).error_code(),
              grpc::StatusCode::UNIMPLEMENTED);
  }
  EXPECT_EQ(Call(), grpc::StatusCode::OK);
}

// A thousand connections that say nothing keep nobody out, also where few are allowed.
TEST_F(WireLimitsTest, AC3_SilentConnectionsKeepNobodyOut) {
  Start({.connections = 8});
  EXPECT_EQ(Call(), grpc::StatusCode::OK);
  std::vector<int> silent;
  silent.reserve(1000);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(listener_->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 0; i < 1000; ++i) {
    silent.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    connect(silent.back(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  }
  EXPECT_EQ(Call(), grpc::StatusCode::OK) << "a connection that was there before";
  EXPECT_LE(listener_->connections(), 8U);
  // A new one finds a place as soon as one of the others has been silent for long enough.
  const auto late = PlaintextChannel(listener_->port());
  EXPECT_TRUE(late->WaitForConnected(absl::ToChronoTime(absl::Now() + absl::Seconds(30))));
  EXPECT_TRUE(CheckHealth(late).ok());
  for (const int file : silent) close(file);
}

TEST_F(WireLimitsTest, ClientsKeepBackWhatIsTooMuchForAConnection) {
  Start({.concurrent_streams = 2});
  EXPECT_EQ(Call(), grpc::StatusCode::OK);
  const Watching first(channel_);
  {
    const Watching second(channel_);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(300)));
    HealthCheckResponse response;
    EXPECT_EQ(
        Health::NewStub(channel_)->Check(&context, HealthCheckRequest(), &response).error_code(),
        grpc::StatusCode::DEADLINE_EXCEEDED);
    EXPECT_TRUE(CheckHealth(PlaintextChannel(listener_->port())).ok()) << "of one connection";
  }
  EXPECT_EQ(Call(), grpc::StatusCode::OK);
}

TEST_F(WireLimitsTest, TooManyPingsEndTheConnection) {
  Start({});
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20);
  arguments.SetInt(GRPC_ARG_HTTP2_MIN_SENT_PING_INTERVAL_WITHOUT_DATA_MS, 20);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  Watching pinging(grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(listener_->port()),
                                             grpc::InsecureChannelCredentials(), arguments));
  const grpc::Status status = pinging.End();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "Too many pings");
  EXPECT_EQ(Call(), grpc::StatusCode::OK);
}

TEST_F(WireLimitsTest, OldConnectionsAreReplacedWithoutAFailedCall) {
  Start({.connection_age = absl::Milliseconds(200), .connection_grace = absl::Seconds(10)});
  grpc::Status slow;
  std::thread waiting([&] { slow = CheckHealth(channel_, "slow"); });  // outlives its connection
  const absl::Time end = absl::Now() + absl::Seconds(2);
  std::atomic<int> failed = 0;
  std::vector<std::thread> calling;
  for (int i = 0; i < 2; ++i) {
    calling.emplace_back([&] {
      while (absl::Now() < end) failed += Call() == grpc::StatusCode::OK ? 0 : 1;
    });
  }
  for (std::thread& thread : calling) thread.join();
  waiting.join();
  EXPECT_EQ(failed, 0);
  EXPECT_TRUE(slow.ok()) << slow.error_message();
  EXPECT_GE(probe_.connections(), 3U);
}

TEST_F(WireLimitsTest, WhoNeverEndsIsCutOffAfterTheGrace) {
  Start({.connection_age = absl::Milliseconds(100), .connection_grace = absl::Milliseconds(200)});
  Watching forever(channel_);
  EXPECT_EQ(forever.End().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Call(), grpc::StatusCode::OK);
}

}  // namespace
}  // namespace roster::services
