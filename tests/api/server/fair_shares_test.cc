// Nobody keeps others out: what one account holds leaves room for the next.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "roster/identity/v1/import.pb.h"
#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using identity::v1::ImportUsersRequest;

class FairSharesTest : public testing::Test {
 protected:
  TestServer server_{{}, std::nullopt, nullptr, absl::Milliseconds(300)};
};

// Streams that never begin take a share of the places, and end by themselves.
TEST_F(FairSharesTest, AH4_SilentStreamsLeaveRoomAndEnd) {
  const Home greedy(event::v1::PRESET_ROLE_MATRIX, server_);
  const Home other(event::v1::PRESET_ROLE_MATRIX, server_);
  std::vector<std::unique_ptr<MessageStream>> silent;
  silent.reserve(64);
  for (int i = 0; i < 64; ++i) silent.push_back(greedy.client.Import());
  const auto imported =
      ImportFile(other.client, FourColumns(other.id), "Ann Lee,ann@example.org,ann,viewer\n");
  EXPECT_EQ(imported.result.Text(), "OK");
  int refused = 0;
  int ended = 0;
  for (const auto& stream : silent) {
    ImportUsersRequest nothing;
    EXPECT_FALSE(stream->Receive(nothing));
    const std::string end = stream->Finish().Text();
    refused += end == "RESOURCE_EXHAUSTED OVERLOADED" ? 1 : 0;
    ended += end == "DEADLINE_EXCEEDED DEADLINE_PASSED" ? 1 : 0;
  }
  EXPECT_EQ(refused + ended, 64);
  EXPECT_GE(refused, 32);
  EXPECT_GE(ended, 1);
}

// A caller without any right does not keep the server waiting.
TEST_F(FairSharesTest, AH4_WaitsNeedARightToReadSomething) {
  const Home home(event::v1::PRESET_ROLE_MATRIX, server_);
  access::v1::GetCallerCapabilitiesRequest request;
  request.set_at_least_position(server_.Position() + 1'000'000);
  const auto start = absl::Now();
  EXPECT_EQ(home.As({}).Call(request).Text(), "DEADLINE_EXCEEDED POSITION_NOT_REACHED");
  EXPECT_LT(absl::Now() - start, absl::Seconds(9)) << "it has waited for the position";
  request.set_at_least_position(server_.Position());
  EXPECT_EQ(home.As({}).Call(request).Text(), "OK");
}

}  // namespace
}  // namespace roster::api_test
