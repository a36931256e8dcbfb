// What stands around the services: health on both ports, reflection, metrics, TLS, a stop that
// finishes what is under way.

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "services/api_services.h"
#include "tests/api/server_fixture.h"
#include "tests/support/http.h"

namespace roster::api_test {
namespace {

using Names = std::vector<std::string>;

constexpr auto& kServices = services::kApiServices;

// What the health service says of a name, or how it refuses.
std::string Health(const Client& client, const std::string& service) {
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  grpc::health::v1::HealthCheckResponse response;
  const Result result = client.Invoke("grpc.health.v1.Health/Check", request, response);
  if (!result.ok()) return result.code;
  return grpc::health::v1::HealthCheckResponse::ServingStatus_Name(response.status());
}

TEST(HealthApiTest, BothPortsKnowEveryName) {
  auto& server = SharedServer().server();
  for (const uint16_t port : {server.port(), server.health_port()}) {
    const Client anonymous = Connect(port, "");
    for (const std::string name :
         {"", "liveness", "readiness", kServices[0], kServices[1], kServices[2]}) {
      EXPECT_EQ(Health(anonymous, name), "SERVING") << name;
    }
    EXPECT_EQ(Health(anonymous, "roster.nothing"), "NOT_FOUND");
  }
  // The health port serves nothing else.
  EXPECT_EQ(Connect(server.health_port(), SharedServer().op().token())
                .Call(identity::v1::ListAccountsRequest())
                .result.code,
            "UNIMPLEMENTED");
}

// Asks for the list of services.
Result Reflect(const Client& client, const std::string& version, Names& names) {
  const auto stream =
      client.Open("grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo");
  grpc::reflection::v1::ServerReflectionRequest request;
  request.set_list_services("*");
  grpc::reflection::v1::ServerReflectionResponse response;
  if (stream->Send(request)) {
    stream->HalfClose();
    while (stream->Receive(response)) {
      for (const auto& service : response.list_services_response().service()) {
        names.push_back(service.name());
      }
    }
  }
  return stream->Finish();
}

TEST(ReflectionApiTest, BothVersionsListAllServices) {
  for (const char* version : {"v1", "v1alpha"}) {
    Names names;
    EXPECT_EQ(Reflect(SharedServer().Anonymous(), version, names).Text(), "OK") << version;
    for (const char* service : kServices) {
      EXPECT_EQ(std::count(names.begin(), names.end(), service), 1) << version << " " << service;
    }
    EXPECT_EQ(std::count(names.begin(), names.end(), "grpc.health.v1.Health"), 1) << version;
  }
}

TEST(ReflectionApiTest, CanBeSwitchedOff) {
  services::Options options;
  options.reflection = false;
  TestServer server(options);
  for (const char* version : {"v1", "v1alpha"}) {
    Names names;
    EXPECT_EQ(Reflect(server.op(), version, names).code, "UNIMPLEMENTED") << version;
  }
  EXPECT_EQ(server.op().Call(identity::v1::ListAccountsRequest()).Text(), "OK");
}

TEST(MetricsApiTest, CountCallsAndCommits) {
  const Home home(event::v1::PRESET_ROLE_MATRIX);
  const uint16_t port = SharedServer().server().metrics_port();
  const auto handled = [&](const char* code) {
    return Metric(port, "grpc_server_handled_total",
                  absl::StrCat("grpc_code=\"", code,
                               "\",grpc_method=\"GetAccount\",grpc_service=\"", kServices[0]));
  };
  const double ok = handled("OK");
  const double denied = handled("PermissionDenied");
  const double refused = Metric(port, "roster_commands_refused_total", "PERMISSION_REQUIRED");
  const auto request = In<identity::v1::GetAccountRequest>(home.id);
  EXPECT_EQ(home.client.Call(request).Text(), "OK");
  EXPECT_EQ(home.As({}).Call(request).result.code, "PERMISSION_DENIED");
  EXPECT_EQ(handled("OK"), ok + 1);
  EXPECT_EQ(handled("PermissionDenied"), denied + 1);
  EXPECT_EQ(Metric(port, "roster_commands_refused_total", "PERMISSION_REQUIRED"),
            std::max(refused, 0.0) + 1);
  const uint64_t position = SharedServer().Position();
  const std::string page = HttpGet(port, "/metrics");
  EXPECT_EQ(Metric(port, "roster_published_position", ""), position);
  EXPECT_EQ(Metric(port, "roster_pipeline_queue_depth", ""), 0);
  EXPECT_GT(Metric(port, "roster_log_append_seconds_count", ""), 0);
  EXPECT_GE(Metric(port, "roster_pipeline_group_size_sum", ""),
            Metric(port, "roster_pipeline_group_size_count", ""));
  EXPECT_GT(Metric(port, "grpc_server_started_total", "GetAccount"), 0);
  EXPECT_GT(Metric(port, "grpc_server_handling_seconds_bucket", "GetAccount"), 0);
  EXPECT_FALSE(absl::StrContains(page, home.id));
}

TEST(TlsApiTest, ServesFromFiles) {
  const services::TempDirectory files;
  services::Options options;
  options.tls = services::MakeCertificate(files, "server");
  TestServer server(options);
  EXPECT_EQ(server.op().Call(identity::v1::ListAccountsRequest()).Text(), "OK");
  // Not in plain text, and not to who trusts another certificate.
  const uint16_t port = server.server().port();
  const std::string& token = server.op().token();
  EXPECT_EQ(Connect(port, token).Call(identity::v1::ListAccountsRequest()).result.code,
            "UNAVAILABLE");
  const auto other = services::ReadAll(services::MakeCertificate(files, "other").certificate);
  EXPECT_EQ(Connect(port, token, other).Call(identity::v1::ListAccountsRequest()).result.code,
            "UNAVAILABLE");
}

TEST(TlsApiTest, NoPlaintextOffLoopback) {
  const auto parse = [](std::vector<const char*> flags) {
    flags.insert(flags.begin(), {"rosterd", "--data-dir", "nowhere"});
    return services::ParseOptions(static_cast<int>(flags.size()), flags.data()).status();
  };
  EXPECT_TRUE(parse({}).ok());
  EXPECT_TRUE(parse({"--listen", "[::1]:0"}).ok());
  for (const char* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:7070", "example.org:7070"}) {
    EXPECT_EQ(parse({"--listen", address}).code(), absl::StatusCode::kInvalidArgument) << address;
  }
}

// A stop finishes the import that is under way, group by group, and refuses what comes after.
TEST(StopTest, FinishesWhatIsUnderWay) {
  TestServer server;
  const Home home(event::v1::PRESET_ROLE_MATRIX, server);
  const auto stream = home.client.Import();
  identity::v1::ImportUsersRequest part;
  *part.mutable_header() = FourColumns(home.id);
  ASSERT_TRUE(stream->Send(part));
  part.set_chunk(Rows("user", 4000, "viewer"));
  ASSERT_TRUE(stream->Send(part));
  stream->HalfClose();
  identity::v1::ImportUsersResponse told;
  ASSERT_TRUE(stream->Receive(told));
  auto stopped = std::async(std::launch::async,
                            [&] { server.server().Stop(absl::ZeroDuration(), absl::Seconds(20)); });
  uint32_t created = 0;
  do {
    created = told.summary().created();
  } while (stream->Receive(told));
  EXPECT_EQ(stream->Finish().Text(), "OK");
  EXPECT_EQ(created == 0 ? told.summary().created() : created, 4000U);
  stopped.get();
  EXPECT_EQ(home.client.Call(List(home.id)).result.code, "UNAVAILABLE");
}

// During the notice calls are served, but nobody new is sent here.
TEST(StopTest, GivesNotice) {
  TestServer server;
  const Client probe = Connect(server.server().health_port(), "");
  EXPECT_EQ(Health(probe, "readiness"), "SERVING");
  auto stopped = std::async(std::launch::async,
                            [&] { server.server().Stop(absl::Seconds(1), absl::Seconds(5)); });
  std::string said;
  for (int i = 0; i < 100 && said != "NOT_SERVING"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    said = Health(probe, "readiness");
  }
  EXPECT_EQ(said, "NOT_SERVING");
  EXPECT_EQ(Health(probe, ""), "NOT_SERVING");
  EXPECT_EQ(Health(probe, "liveness"), "SERVING");
  EXPECT_EQ(server.op().Call(identity::v1::ListAccountsRequest()).Text(), "OK");
  stopped.get();
}

}  // namespace
}  // namespace roster::api_test
