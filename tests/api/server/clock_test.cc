// The clock of the machine is wrong, and is set right again.

#include <gtest/gtest.h>

#include <string>

#include "domain/rows/codec.h"
#include "services/store_commands.h"
#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using identity::v1::GetUserRequest;

constexpr absl::Duration kMonth = absl::Hours(24 * 30);

std::string Retitle(const Home& home, const std::string& user_id, const std::string& title) {
  return Try(home.client, Update(home.id, user_id, "title", title));
}

// The title that the user had at a time.
std::string TitleAt(const Home& home, const std::string& user_id, absl::Time time) {
  auto request = About<GetUserRequest>(home.id, user_id);
  *request.mutable_as_of()->mutable_time() = domain::ToTimestamp(time);
  const auto answer = home.client.Call(request);
  return answer.ok() ? answer->user().profile().title() : answer.Text();
}

// A new client, after a start.
void Reconnect(Home& home) { home.client = home.server->op().As(home.client.token()); }

TEST(ClockTest, AM1AJumpAheadRefusesChangesUntilTheClockIsBack) {
  TestServer server;
  const Home home(event::v1::PRESET_ROLE_MATRIX, server);
  const std::string ann = home.Create("ann", {"viewer"});
  server.Jump(kMonth);
  EXPECT_EQ(Retitle(home, ann, "ahead"), "UNAVAILABLE CLOCK_AHEAD");
  auto preview = Update(home.id, ann, "title", "ahead");
  preview.set_validate_only(true);
  EXPECT_EQ(home.client.Call(preview).Text(), "UNAVAILABLE CLOCK_AHEAD");
  EXPECT_EQ(home.Get(ann).profile().title(), "") << "reads go on";
  server.Jump({});
  EXPECT_EQ(Retitle(home, ann, "right"), "OK");
}

TEST(ClockTest, AM1ACommitAheadOfTimeStopsTheStoreNoLongerThanTheOperatorWants) {
  TestServer server;
  Home home(event::v1::PRESET_ROLE_MATRIX, server);
  const std::string ann = home.Create("ann", {"viewer"});
  ASSERT_EQ(Retitle(home, ann, "before"), "OK");
  const absl::Time before = server.Clock();
  server.Jump(kMonth);
  server.Restart();  // the clock of a start is believed
  Reconnect(home);
  // So many that a search by halves meets them first.
  for (int i = 0; i < 20; ++i) ASSERT_EQ(Retitle(home, ann, "ahead " + std::to_string(i)), "OK");
  ASSERT_EQ(Retitle(home, ann, "ahead"), "OK");
  server.Jump({});
  server.Restart();
  Reconnect(home);
  ASSERT_EQ(Retitle(home, ann, "after"), "UNAVAILABLE CLOCK_BEHIND");

  const uint64_t position = server.Position();
  server.Restart([&](const storage::StorePaths& paths) {
    const auto from = services::SetClockBack(paths, server.Clock());
    ASSERT_TRUE(from.ok()) << from.status();
    EXPECT_GT(*from, server.Clock() + kMonth - absl::Hours(1));
    EXPECT_TRUE(absl::IsFailedPrecondition(services::SetClockBack(paths, absl::Now()).status()));
    EXPECT_TRUE(storage::VerifyStore(paths).ok());
  });
  Reconnect(home);
  EXPECT_EQ(server.Position(), position + 1) << "the log tells of it";
  const absl::Time set = server.Clock();
  EXPECT_EQ(Retitle(home, ann, "after"), "OK");

  // The order of the log is the order of what was so.
  EXPECT_EQ(TitleAt(home, ann, before), "before");
  EXPECT_EQ(TitleAt(home, ann, set), "ahead");
  EXPECT_EQ(TitleAt(home, ann, server.Clock()), "after");
  const auto [deleted, restorable_until] = [&] {
    const auto answer = home.client.Call(About<identity::v1::DeleteUserRequest>(home.id, ann));
    return std::pair(domain::FromTimestamp(answer->user().delete_time()),
                     domain::FromTimestamp(answer->user().restorable_until()));
  }();
  EXPECT_LT(deleted, server.Clock() + absl::Seconds(1)) << "times are right again";
  EXPECT_LT(restorable_until, server.Clock() + 4 * kMonth);
}

}  // namespace
}  // namespace roster::api_test
