// docs/metrics.md is what a server shows. To write it anew:
//   ROSTER_WRITE_PAGES=1 build/release/tests/api/api_test --gtest_filter='MetricsPage*'

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "tests/api/server_fixture.h"
#include "tests/support/http.h"

namespace roster::api_test {
namespace {

constexpr char kPage[] = ROSTER_DOCS "/metrics.md";

constexpr char kHead[] = R"(# Metrics

What `http://127.0.0.1:9070/metrics` shows (`--metrics-listen`), in the text format of Prometheus.
No label and no value says anything of a person; labels have few values. Those of `roster_storage_`
are of the `log` or of the `views`. What to look at first:
`roster_commands_refused_total{reason="OVERLOADED"}` grows, `roster_storage_writes_stopped` is 1,
`process_resident_memory_bytes` is far beyond `roster_storage_cache_limit_bytes`,
`roster_log_append_seconds` is slow.

This page is made from what a server shows; a test compares them.

| Metric | Type | Labels | Meaning |
|---|---|---|---|
)";

struct Family {
  std::string help;
  std::string type;
  std::set<std::string> labels;
};

// The families on a page by name, which each sample of a histogram has with an ending.
std::map<std::string, Family> Families(const std::string& text) {
  std::map<std::string, Family> families;
  std::string name;
  const std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  for (const std::string& line : lines) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 3));
    if (words[0] == "#") {
      name = words[2];
      (words[1] == "HELP" ? families[name].help : families[name].type) = words[3];
      continue;
    }
    EXPECT_TRUE(absl::StartsWith(line, name)) << line;
    const size_t open = line.find('{');
    if (open == std::string::npos) continue;
    const std::string labels = line.substr(open + 1, line.rfind('}') - open - 1);
    for (const auto label : absl::StrSplit(labels, "\",", absl::SkipEmpty())) {
      families[name].labels.insert(std::string(label.substr(0, label.find('='))));
    }
  }
  return families;
}

std::string Page(const std::map<std::string, Family>& families) {
  std::string page = kHead;
  for (const auto& [name, family] : families) {
    std::set<std::string> labels = family.labels;
    labels.erase("le");  // the buckets of a histogram
    absl::StrAppend(&page, "| `", name, "` | ", family.type, " | ", absl::StrJoin(labels, ", "),
                    " | ", family.help, " |\n");
  }
  return page;
}

class MetricsPageTest : public testing::Test {
 protected:
  MetricsPageTest() {
    // A refusal makes the one family that is not there from the start.
    EXPECT_FALSE(home_.As({}).Call(List(home_.id)).ok());
  }

  // Some metrics are those of a server with TLS alone.
  services::Options WithTls() {
    services::Options options;
    options.tls = services::MakeCertificate(files_, "server");
    return options;
  }

  std::string Text() { return HttpGet(server_.server().metrics_port(), "/metrics"); }
  double Value(const std::string& name, const std::string& label = "") {
    return Metric(server_.server().metrics_port(), name, label);
  }

  const services::TempDirectory files_;
  TestServer server_{WithTls()};
  const Home home_{event::v1::PRESET_ROLE_MATRIX, server_};
};

TEST_F(MetricsPageTest, IsWhatAServerShows) {
  const std::string page = Page(Families(Text()));
  if (std::getenv("ROSTER_WRITE_PAGES") != nullptr) std::ofstream(kPage) << page;
  std::ostringstream written;
  written << std::ifstream(kPage).rdbuf();
  EXPECT_EQ(written.str(), page);
}

TEST_F(MetricsPageTest, CountsUsersAndAccounts) {
  const std::string ann = home_.Create("ann", {"viewer"});
  home_.Create("bob", {"viewer"});
  EXPECT_EQ(Try(home_.client, About<identity::v1::DeleteUserRequest>(home_.id, ann)), "OK");
  EXPECT_EQ(Value("roster_accounts"), 1);
  EXPECT_EQ(Value("roster_users", "status=\"active\""), 0);
  EXPECT_EQ(Value("roster_users", "status=\"pending\""), 2);  // bob and the administrator
  EXPECT_EQ(Value("roster_users", "status=\"deleted\""), 1);
  EXPECT_EQ(Value("roster_users", "status=\"disabled\""), 0);
  const Home other(event::v1::PRESET_WORKFORCE, server_);
  EXPECT_EQ(Value("roster_accounts"), 2);
  EXPECT_EQ(Value("roster_users", "status=\"pending\""), 3);
  auto erase = About<identity::v1::EraseUserRequest>(home_.id, ann);
  erase.set_expected_revision(home_.Get(ann).revision());
  EXPECT_EQ(Try(home_.client, erase), "OK");
  EXPECT_EQ(Value("roster_users", "status=\"deleted\""), 0);
}

TEST_F(MetricsPageTest, TellsWhatRunsOut) {
  for (const char* part : {"log", "vault", "checkpoint"}) {
    EXPECT_GT(Value("roster_disk_free_bytes", part), 1 << 20) << part;
  }
  const double left = Value("roster_tls_certificate_end_timestamp_seconds") -
                      absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  EXPECT_NEAR(left, 2 * 86400, 3600);
}

// https://prometheus.io/docs/practices/naming/
TEST_F(MetricsPageTest, NamesFollowTheConventions) {
  for (const auto& [name, family] : Families(Text())) {
    // Those of the library that shows the others.
    if (absl::StartsWith(name, "exposer_")) continue;
    EXPECT_TRUE(absl::StartsWith(name, "roster_") || absl::StartsWith(name, "grpc_server_") ||
                absl::StartsWith(name, "process_"))
        << name;
    EXPECT_EQ(family.type == "counter", absl::EndsWith(name, "_total")) << name;
    EXPECT_FALSE(family.help.empty()) << name;
    for (const char* unit : {"_ms", "_us", "_kb", "_mb", "_percent"}) {
      EXPECT_FALSE(absl::StrContains(name + "_", std::string(unit) + "_")) << name;
    }
  }
}

TEST_F(MetricsPageTest, SaysWhatIs) {
  EXPECT_EQ(Value("roster_build_info", "version=\""), 1);
  EXPECT_GT(Value("process_start_time_seconds"), 1.7e9);
  EXPECT_GT(Value("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(Value("process_cpu_seconds_total"), 0);
  EXPECT_GT(Value("process_open_fds"), 3);
  EXPECT_GE(Value("process_max_fds"), Value("process_open_fds"));
  EXPECT_EQ(Value("roster_pipeline_queue_limit"), 1000);
  EXPECT_EQ(Value("roster_reads_queue_limit"), 250);
  EXPECT_EQ(Value("roster_published_position"), server_.Position());
  EXPECT_EQ(Value("roster_log_position"), server_.Position());
  EXPECT_GT(Value("roster_vault_slots"), 0);
  for (const char* directory : {"log", "views"}) {
    EXPECT_GT(Value("roster_storage_cache_limit_bytes", directory), 0) << directory;
    EXPECT_GT(Value("roster_storage_memtable_bytes", directory), 0) << directory;
    EXPECT_EQ(Value("roster_storage_writes_stopped", directory), 0) << directory;
    EXPECT_GE(Value("roster_storage_stall_seconds_total", directory), 0) << directory;
  }
  const double wal = Value("roster_storage_wal_bytes", "log");
  home_.Create("ann", {"viewer"});
  EXPECT_GT(Value("roster_storage_wal_bytes", "log"), wal);
  // A call ends a little after its caller has the answer.
  while (Value("roster_calls_in_flight") > 0) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(Value("roster_calls_in_flight_bytes"), 0);
}

}  // namespace
}  // namespace roster::api_test
