// A server that is asked for far more than it can do: what is too much is refused at once and so
// that callers know to come back, nothing that was told is lost, health and metrics answer,
// memory is bounded, and it is over when the load is (reliability P1, target 14).

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "tests/crash/support/client.h"
#include "tests/crash/support/import_check.h"
#include "tests/crash/support/process.h"
#include "tests/support/http.h"
#include "tools/benchmark/load/closed_loop.h"

namespace roster::crash {
namespace {

using benchmark::Workload;
using testing::IsEmpty;

// More than may wait and be under way together; far more lists. As many as the connections take.
constexpr char kQueueLimit[] = "20";
constexpr int kInFlight = 4000;
constexpr int kChannels = 40;
constexpr absl::Duration kLength = absl::Seconds(3);
constexpr uint64_t kMostCalls = 40'000;
// A sanitizer keeps for a while what was freed.
#ifdef ROSTER_SANITIZED
constexpr int64_t kMostMemoryKib = 2048 << 10;
#else
constexpr int64_t kMostMemoryKib = 512 << 10;
#endif

// What is wrong with a refusal; empty when it says all that a caller needs.
std::string WrongWith(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  google::rpc::RetryInfo retry;
  bool has_retry = false;
  details.ParseFromString(status.error_details());
  for (const auto& detail : details.details()) {
    detail.UnpackTo(&info);
    has_retry |= detail.UnpackTo(&retry);
  }
  const bool in_code = status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED;
  if (in_code && info.reason() == "OVERLOADED" && has_retry) return "";
  return absl::StrCat(status.error_code(), " ", status.error_message(), " ", info.reason());
}

// A line of /proc/<pid>/status, e.g. VmHWM, in KiB.
int64_t KibOf(pid_t pid, const std::string& name) {
  std::ifstream lines(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(lines, line);) {
    if (absl::StartsWith(line, name + ":")) return std::atoll(line.c_str() + name.size() + 1);
  }
  return -1;
}

// Asks health on both ports and the metrics, again and again, until it goes.
class Prober {
 public:
  explicit Prober(const Server& server) : thread_([this, &server] { Run(server); }) {}
  ~Prober() {
    over_ = true;
    thread_.join();
    EXPECT_GT(asked_, 0);
    std::printf("probes: %d, longest %.0f ms\n", asked_, absl::ToDoubleMilliseconds(longest_));
  }
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

 private:
  void Run(const Server& server) {
    do {
      const absl::Time began = absl::Now();
      EXPECT_TRUE(IsServing(server.health_port(), "readiness").value_or(false));
      longest_ = std::max(longest_, absl::Now() - began);
      EXPECT_TRUE(IsServing(server.port(), "liveness").value_or(false));
      EXPECT_GE(api_test::Metric(server.metrics_port(), "roster_pipeline_queue_depth", ""), 0);
      ++asked_;
    } while (!over_);
  }

  std::atomic<bool> over_ = false;
  int asked_ = 0;
  absl::Duration longest_;
  std::thread thread_;
};

class OverloadTest : public testing::Test {
 protected:
  void SetUp() override {
    server_.AwaitReady();
    account_ = CreateMatrixAccount(server_.port(), operator_token_).value();
  }

  // Asks for more than the server can do; every refusal must be a right one.
  void Overload(Workload workload) {
    std::set<std::string> wrong;
    workload.seen = [&, seen = workload.seen](uint64_t call, const grpc::Status& status,
                                              const std::string& answer) {
      if (status.ok()) {
        ++accepted_;
      } else {
        ++refused_;
        if (const std::string what = WrongWith(status); !what.empty()) wrong.insert(what);
      }
      if (seen) seen(call, status, answer);
    };
    const Prober prober(server_);
    const auto measured = benchmark::RunLoop(
        {.port = server_.port(), .token = account_.token, .pid = server_.pid()}, workload,
        {.in_flight = kInFlight,
         .channels = kChannels,
         .measured = kLength,
         .most_calls = kMostCalls});
    ASSERT_TRUE(measured.ok()) << measured.status();
    std::printf("%d accepted, %d refused, %lld MiB at most\n", accepted_, refused_,
                static_cast<long long>(KibOf(server_.pid(), "VmHWM") >> 10));
    EXPECT_GT(accepted_, 0);
    EXPECT_GT(refused_, 0) << "nothing was shed";
    EXPECT_THAT(wrong, IsEmpty());
    EXPECT_LT(KibOf(server_.pid(), "VmHWM"), kMostMemoryKib);
  }

  // Refusals are counted one by one, and told once a second.
  void ExpectCountedAndTold() {
    EXPECT_GE(
        api_test::Metric(server_.metrics_port(), "roster_commands_refused_total", "OVERLOADED"),
        refused_);
    int told = 0;
    for (const auto line : absl::StrSplit(server_.log(), '\n')) {
      told += absl::StrContains(line, "\"message\":\"overloaded\"") ? 1 : 0;
      EXPECT_FALSE(absl::StrContains(line, "OVERLOADED")) << line;
    }
    EXPECT_GT(told, 0);
    EXPECT_LE(told, absl::ToDoubleSeconds(absl::Now() - began_) + 1);
  }

  const absl::Time began_ = absl::Now();
  const TempDirectory directory_;
  const std::string data_dir_ = directory_ / "data";
  const std::string operator_token_ = Init(directory_, data_dir_);
  Server server_{directory_, data_dir_, {"--queue-limit", kQueueLimit}};
  Account account_;
  int accepted_ = 0;
  int refused_ = 0;
};

TEST_F(OverloadTest, CommandsAreShedAndNothingToldIsLost) {
  const auto name = [](uint64_t call) { return absl::StrCat("n", call); };
  std::set<std::string> told;
  std::set<std::string> refused;
  Overload(
      {.method = "/roster.identity.v1.IdentityService/CreateUser",
       .request =
           [&](uint64_t call) {
             identity::v1::CreateUserRequest request;
             request.set_account_id(account_.id);
             request.mutable_profile()->set_full_name("Person " + name(call));
             request.mutable_profile()->set_email(name(call) + "@harbour.example");
             request.mutable_profile()->set_user_name(name(call));
             request.add_roles("viewer");
             return request.SerializeAsString();
           },
       .is_meant = [](const std::string& answer) { return !answer.empty(); },
       .seen = [&](uint64_t call, const grpc::Status& status,
                   const std::string&) { (status.ok() ? told : refused).insert(name(call)); }});
  ExpectCountedAndTold();
  Client client(server_.port(), account_.token);
  EXPECT_TRUE(client.CreateUser(account_.id, PersonOf({1, 1})).ok());
  std::set<std::string> there;
  const auto dump = client.ReadAll(account_.id);
  ASSERT_TRUE(dump.ok()) << dump.status();
  for (const auto& user : dump->users) there.insert(user.profile().user_name());
  for (const std::string& each : told) EXPECT_EQ(there.count(each), 1u) << each << " is lost";
  for (const std::string& each : refused) EXPECT_EQ(there.count(each), 0u) << each << " was done";
}

TEST_F(OverloadTest, ListsAreShedWhileHealthAnswers) {
  Client client(server_.port(), account_.token);
  ASSERT_TRUE(client.Import(account_.id, CsvOf(1, 2000)).status.ok());
  identity::v1::ListUsersRequest page;
  page.set_account_id(account_.id);
  page.set_page_size(200);
  Overload({.method = "/roster.identity.v1.IdentityService/ListUsers",
            .request = [&](uint64_t) { return page.SerializeAsString(); },
            .is_meant = [](const std::string& answer) { return !answer.empty(); }});
  ExpectCountedAndTold();
  EXPECT_TRUE(client.ReadAll(account_.id).ok());
}

}  // namespace
}  // namespace roster::crash
