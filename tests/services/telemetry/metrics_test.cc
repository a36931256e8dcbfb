#include "services/telemetry/metrics.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "services/transport/health_service.h"
#include "services/transport/listener.h"
#include "tests/support/plumbing_support.h"

namespace roster::services {
namespace {

constexpr const char* kLabels =
    R"({grpc_method="GetThing",grpc_service="roster.test.v1.ThingService",grpc_type="unary")";

bool HasLine(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

// The whole answer to a request, or an empty text when there is no listener.
std::string Http(const std::string& method, std::uint16_t port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request = method + " " + path + " HTTP/1.0\r\n\r\n";
    EXPECT_EQ(send(fd, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
    char buffer[4096];
    for (ssize_t got = 0; (got = recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
      answer.append(buffer, static_cast<std::size_t>(got));
    }
  }
  close(fd);
  return answer;
}

std::string HttpGet(std::uint16_t port, const std::string& path) { return Http("GET", port, path); }

TEST(MetricsTest, CountsCallsByMethodAndCode) {
  Metrics metrics;
  MethodMetrics method =
      metrics.ForMethod("roster.test.v1.ThingService", "GetThing", MethodType::kUnary);
  for (int i = 0; i < 4; ++i) method.Started();
  method.Handled(0, absl::Milliseconds(3));
  method.Handled(5, absl::Milliseconds(700));
  method.Handled(99, absl::Seconds(20));
  method.Handled(-1, absl::ZeroDuration());

  const std::string text = metrics.Text();
  const std::string labels = kLabels;
  EXPECT_TRUE(HasLine(text, "grpc_server_started_total" + labels + "} 4")) << text;
  // Labels are sorted by name, so the code comes first.
  const auto handled = [&labels](const std::string& code, int count) {
    return "grpc_server_handled_total{grpc_code=\"" + code + "\"," + labels.substr(1) + "} " +
           std::to_string(count);
  };
  EXPECT_TRUE(HasLine(text, handled("OK", 1))) << text;
  EXPECT_TRUE(HasLine(text, handled("NotFound", 1))) << text;
  EXPECT_TRUE(HasLine(text, handled("Unknown", 2))) << text;
  EXPECT_TRUE(HasLine(text, handled("Unauthenticated", 0))) << text;
  const std::string seconds = "grpc_server_handling_seconds";
  EXPECT_TRUE(HasLine(text, seconds + "_count" + labels + "} 4")) << text;
  EXPECT_TRUE(HasLine(text, seconds + "_bucket" + labels + ",le=\"0.005\"} 2")) << text;
  EXPECT_TRUE(HasLine(text, seconds + "_bucket" + labels + ",le=\"1\"} 3")) << text;
  EXPECT_TRUE(HasLine(text, seconds + "_bucket" + labels + ",le=\"10\"} 3")) << text;
  EXPECT_TRUE(HasLine(text, seconds + "_bucket" + labels + ",le=\"+Inf\"} 4")) << text;
}

TEST(MetricsTest, MethodAskedForTwiceCountsOnTheSameSeries) {
  Metrics metrics;
  for (int i = 0; i < 2; ++i) {
    metrics.ForMethod("roster.test.v1.ThingService", "GetThing", MethodType::kUnary).Started();
  }
  EXPECT_TRUE(HasLine(metrics.Text(), "grpc_server_started_total" + std::string(kLabels) + "} 2"));
}

TEST(MetricsTest, MethodTypesHaveTheirLabels) {
  Metrics metrics;
  metrics.ForMethod("s", "a", MethodType::kClientStream);
  metrics.ForMethod("s", "b", MethodType::kServerStream);
  metrics.ForMethod("s", "c", MethodType::kBidiStream);
  const std::string text = metrics.Text();
  for (const char* labels : {R"({grpc_method="a",grpc_service="s",grpc_type="client_stream"} 0)",
                             R"({grpc_method="b",grpc_service="s",grpc_type="server_stream"} 0)",
                             R"({grpc_method="c",grpc_service="s",grpc_type="bidi_stream"} 0)"}) {
    EXPECT_TRUE(HasLine(text, std::string("grpc_server_started_total") + labels)) << text;
  }
}

TEST(MetricsTest, PipelineMetrics) {
  Metrics metrics;
  metrics.GroupCommitted(5);
  metrics.GroupCommitted(8);
  metrics.LogAppended(absl::Microseconds(200));
  metrics.CallRefused("EMAIL_TAKEN");
  metrics.CallRefused("EMAIL_TAKEN");
  metrics.CallRefused("ESCALATION");
  const std::string text = metrics.Text();
  EXPECT_TRUE(HasLine(text, R"(roster_pipeline_group_size_bucket{le="4"} 0)")) << text;
  EXPECT_TRUE(HasLine(text, R"(roster_pipeline_group_size_bucket{le="8"} 2)")) << text;
  EXPECT_TRUE(HasLine(text, "roster_pipeline_group_size_sum 13")) << text;
  EXPECT_TRUE(HasLine(text, R"(roster_log_append_seconds_bucket{le="0.0001"} 0)")) << text;
  EXPECT_TRUE(HasLine(text, R"(roster_log_append_seconds_bucket{le="0.00025"} 1)")) << text;
  EXPECT_TRUE(HasLine(text, R"(roster_commands_refused_total{reason="EMAIL_TAKEN"} 2)")) << text;
  EXPECT_TRUE(HasLine(text, R"(roster_commands_refused_total{reason="ESCALATION"} 1)")) << text;
}

TEST(MetricsTest, RuntimeMetricsAreReadWhenAsked) {
  Metrics metrics;
  double value = 7;
  metrics.SetRuntimeMetrics([&value] {
    return std::vector<RuntimeMetric>{
        {"depth", "How deep.", RuntimeMetric::Kind::kGauge, value},
        {"hits_total", "How often.", RuntimeMetric::Kind::kCounter, 123456789, {{"of", "a"}}},
        {"hits_total", "How often.", RuntimeMetric::Kind::kCounter, 2, {{"of", "b"}}}};
  });
  EXPECT_TRUE(HasLine(metrics.Text(), "depth 7"));
  value = 8;
  const std::string text = metrics.Text();
  for (const char* line : {"# TYPE depth gauge", "depth 8", "# HELP hits_total How often.",
                           "# TYPE hits_total counter", R"(hits_total{of="a"} 123456789)",
                           R"(hits_total{of="b"} 2)"}) {
    EXPECT_TRUE(HasLine(text, line)) << line << " in\n" << text;
  }
  EXPECT_EQ(text.find("# TYPE hits_total"), text.rfind("# TYPE hits_total"));
  metrics.SetRuntimeMetrics(nullptr);
  EXPECT_EQ(metrics.Text().find("depth"), std::string::npos);
}

TEST(MetricsTest, ExposesItsTextOverHttpUntilDestruction) {
  auto metrics = std::make_unique<Metrics>();
  metrics->ForMethod("roster.test.v1.ThingService", "GetThing", MethodType::kUnary).Started();
  const auto port = metrics->Expose({"localhost", 0});
  ASSERT_TRUE(port.ok()) << port.status();
  EXPECT_NE(*port, 0);
  const std::string answer = HttpGet(*port, "/metrics");
  EXPECT_EQ(answer.substr(answer.find(' '), 7), " 200 OK");
  EXPECT_NE(answer.find("grpc_server_started_total" + std::string(kLabels) + "} 1\n"),
            std::string::npos)
      << answer;
  EXPECT_EQ(HttpGet(*port, "/other").find("grpc_server"), std::string::npos);
  const std::string head = Http("HEAD", *port, "/metrics");
  EXPECT_EQ(head.substr(head.find(' '), 7), " 200 OK");
  EXPECT_EQ(head.substr(head.find("\r\n\r\n")), "\r\n\r\n") << "headers alone";
  EXPECT_EQ(Http("HEAD", *port, "/other").find(" 200 "), std::string::npos);
  EXPECT_EQ(metrics->Expose(kAnyPort).status().code(), absl::StatusCode::kFailedPrecondition);
  metrics.reset();
  EXPECT_EQ(HttpGet(*port, "/metrics"), "");
}

// A scrape is answered while others hold requests that they never finish: before the server has
// given up any of those.
TEST(MetricsTest, AM6_HalfSentRequestsKeepNobodyOut) {
  Metrics metrics;
  const auto port = metrics.Expose(kAnyPort);
  ASSERT_TRUE(port.ok()) << port.status();
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(*port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  constexpr int kHalves = 8;
  std::vector<int> halves;
  halves.reserve(kHalves);
  for (int i = 0; i < kHalves; ++i) {
    halves.push_back(socket(AF_INET, SOCK_STREAM, 0));
    ASSERT_EQ(connect(halves.back(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    const std::string half = "GET /metrics HTTP/1.1\r\n";
    ASSERT_EQ(send(halves.back(), half.data(), half.size(), 0), static_cast<ssize_t>(half.size()));
  }
  EXPECT_NE(HttpGet(*port, "/metrics").find("200 OK"), std::string::npos);
  int given_up = 0;
  for (const int half : halves) {
    char byte = 0;
    given_up += recv(half, &byte, 1, MSG_DONTWAIT) >= 0 ? 1 : 0;
    close(half);
  }
  EXPECT_LT(given_up, kHalves);
}

TEST(MetricsTest, UsedPortIsRefusedByName) {
  Metrics first;
  const auto port = first.Expose(kAnyPort);
  ASSERT_TRUE(port.ok()) << port.status();
  Metrics second;
  HealthService health({});
  const Address taken{"127.0.0.1", *port};
  EXPECT_EQ(
      second.Expose(taken).status(),
      absl::AlreadyExistsError("cannot listen on " + taken.ToString() + ": the port is in use"));
  EXPECT_EQ(Listener::Start({.address = taken, .services = {&health.service()}}).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(second.Expose(kAnyPort).ok());  // a refused address may be followed by another
}

TEST(MetricsTest, AddressOfAnotherMachineIsRefusedByName) {
  Metrics metrics;
  const auto status = metrics.Expose({"192.0.2.1", 9070}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(std::string(status.message()).find("192.0.2.1:9070"), std::string::npos) << status;
}

}  // namespace
}  // namespace roster::services
