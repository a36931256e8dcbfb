// When a caller hears that its stream is refused while it still sends.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/call/stream.h"
#include "tests/api/server_fixture.h"
#include "tests/support/http.h"
#include "tests/support/raw_http2.h"

namespace roster::api_test {
namespace {

using identity::v1::ImportUsersRequest;
using identity::v1::ImportUsersResponse;
using services::FrameKind;

constexpr const char* kTwoHeaders = "INVALID_ARGUMENT INVALID_FIELDS [header: INVALID_VALUE]";

class RefusedStreamTest : public testing::Test {
 protected:
  ImportUsersRequest Header() const {
    ImportUsersRequest request;
    *request.mutable_header() = FourColumns(home_.id);
    return request;
  }

  const Home home_{event::v1::PRESET_ROLE_MATRIX};
};

std::string Data(const ImportUsersRequest& request, std::uint8_t flags) {
  const std::string message = request.SerializeAsString();
  return services::Frame(FrameKind::kData, flags, 1,
                         services::GrpcMessage(message, message.size()));
}

// gRPC resets the stream of a caller that it cuts off, and HAProxy 2.6 passes only that on.
TEST_F(RefusedStreamTest, ACallerThatHasSentEverythingIsToldAndNotCutOff) {
  const std::uint16_t metrics_port = home_.server->server().metrics_port();
  const auto refused = [metrics_port] {
    return Metric(metrics_port, "grpc_server_handled_total", "ImportUsers");
  };
  const double before = refused();
  services::RawConnection raw(home_.server->server().port());
  raw.SayHello();
  const std::string token =
      services::HeaderField("authorization", absl::StrCat("Bearer ", home_.client.token()));
  raw.Send(services::BeginCall(1, "/roster.identity.v1.IdentityService/ImportUsers",
                               "application/grpc", token));
  raw.Send(Data(Header(), 0) + Data(Header(), 0));
  while (refused() < before + 1) absl::SleepFor(absl::Milliseconds(5));
  ImportUsersRequest chunk;
  chunk.set_chunk(std::string(10'000, ','));
  raw.Send(Data(chunk, 0) + Data(chunk, services::kEndStream));
  EXPECT_EQ(raw.Await(1).headers["grpc-status"], "3");
  raw.Send(services::Frame(FrameKind::kPing, 0, 0, "12345678"));
  raw.AwaitPing();
  EXPECT_FALSE(raw.WasReset(1));
}

TEST_F(RefusedStreamTest, ACallerThatSendsNoMoreIsToldSoon) {
  const auto stream = home_.client.Import();
  ASSERT_TRUE(stream->Send(Header()));
  ASSERT_TRUE(stream->Send(Header()));
  const absl::Time began = absl::Now();
  ImportUsersResponse response;
  EXPECT_FALSE(stream->Receive(response));
  EXPECT_EQ(stream->Finish().Text(), kTwoHeaders);
  EXPECT_LT(absl::Now() - began, 5 * services::kLongestDrain);
}

TEST_F(RefusedStreamTest, ACallerThatSendsOnAndOnIsToldSoon) {
  const auto stream = home_.client.Import();
  ASSERT_TRUE(stream->Send(Header()));
  ASSERT_TRUE(stream->Send(Header()));
  ImportUsersRequest part;
  part.set_chunk("a");
  const absl::Time began = absl::Now();
  while (stream->Send(part)) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(stream->Finish().Text(), kTwoHeaders);
  EXPECT_LT(absl::Now() - began, 5 * services::kLongestDrain);
}

// A stranger has no place among the streams, so nobody would count how many are listened to.
TEST_F(RefusedStreamTest, AStrangerIsCutOffAtOnce) {
  const auto stream = home_.server->Anonymous().Import();
  const absl::Time began = absl::Now();
  ImportUsersResponse response;
  EXPECT_FALSE(stream->Receive(response));
  EXPECT_EQ(stream->Finish().Text(), "UNAUTHENTICATED UNAUTHENTICATED");
  EXPECT_LT(absl::Now() - began, services::kLongestDrain);
}

// Else a caller could have any number of streams that are refused and not over.
TEST_F(RefusedStreamTest, TheStreamKeepsItsPlaceUntilThen) {
  TestServer server;
  const Home home(event::v1::PRESET_ROLE_MATRIX, server);
  std::vector<std::unique_ptr<MessageStream>> refused;
  refused.reserve(64);
  for (int i = 0; i < 64; ++i) {
    refused.push_back(home.client.Import());
    refused.back()->Send(Header());
  }
  int overloaded = 0;
  for (const auto& stream : refused) {
    ImportUsersResponse response;
    EXPECT_FALSE(stream->Receive(response));
    overloaded += stream->Finish().reason == "OVERLOADED" ? 1 : 0;
  }
  EXPECT_GE(overloaded, 32);
}

}  // namespace
}  // namespace roster::api_test
