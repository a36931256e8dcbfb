// Deadlines in the queue: what nobody waits for any more is not done (reliability P1, F9).

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/api/server_fixture.h"
#include "tests/support/http.h"

namespace roster::api_test {
namespace {

constexpr absl::Duration kShort = absl::Milliseconds(3);

// How many users of the account have a user name that begins so.
int UsersNamed(const std::string& prefix, const Home& home) {
  auto request = List(home.id);
  request.set_page_size(1000);
  int found = 0;
  do {
    const auto page = home.client.Call(request);
    EXPECT_EQ(page.Text(), "OK");
    for (const std::string& name : NamesOf(page.response)) found += absl::StartsWith(name, prefix);
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return found;
}

// Creations with hardly any time, while imports keep the writer busy. The clients hear of nothing
// but their own deadline, so the server says what it came to, and the account what was done.
TEST(DeadlineApiTest, CommandsThatWaitedTooLongAreNotDone) {
  TestServer server;
  const Home home(event::v1::PRESET_ROLE_MATRIX, server);
  const uint16_t port = server.server().metrics_port();
  const auto handled = [port](const char* code) {
    return Metric(port, "grpc_server_handled_total",
                  absl::StrCat("grpc_code=\"", code, "\",grpc_method=\"CreateUser\""));
  };
  const auto passed = [port] {
    return std::max(Metric(port, "roster_commands_refused_total", "DEADLINE_PASSED"), 0.0);
  };
  std::atomic<bool> over = false;
  std::thread importing([&] {
    for (int i = 0; !over; ++i) {
      ImportFile(home.client, FourColumns(home.id),
                 Rows(absl::StrCat("i", i, "x"), 2000, "viewer"));
    }
  });
  const absl::Time end = absl::Now() + absl::Seconds(20);
  std::vector<std::thread> creating;
  for (int thread = 0; thread < 4; ++thread) {
    creating.emplace_back([&, thread] {
      for (int i = 0; passed() < 3 && absl::Now() < end; ++i) {
        home.client.Call(NewUser(home.id, absl::StrCat("late", thread, "x", i), {"viewer"}),
                         {.deadline = kShort});
      }
    });
  }
  for (std::thread& thread : creating) thread.join();
  over = true;
  importing.join();
  ASSERT_GE(passed(), 3) << "none of them waited long enough";
  EXPECT_EQ(handled("DeadlineExceeded"), passed());
  EXPECT_EQ(UsersNamed("late", home), handled("OK"));
}

}  // namespace
}  // namespace roster::api_test
