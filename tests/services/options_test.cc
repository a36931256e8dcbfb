#include "services/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/plumbing_support.h"

namespace roster::services {
namespace {

using Arguments = std::vector<std::string>;
using Variables = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kVariables[] = {
    "ROSTER_DATA_DIR",       "ROSTER_LISTEN",        "ROSTER_HEALTH_LISTEN",
    "ROSTER_METRICS_LISTEN", "ROSTER_TLS_CERT",      "ROSTER_TLS_KEY",
    "ROSTER_TLS_CLIENT_CA",  "ROSTER_QUEUE_LIMIT",   "ROSTER_CACHE_BYTES",
    "ROSTER_REFLECTION",     "ROSTER_INIT_IF_EMPTY", "ROSTER_LOG_LEVEL",
    "ROSTER_STORE_DIR",      "ROSTER_TOKEN_FILE",    "ROSTER_PLAINTEXT_BEHIND_PROXY"};

// Only these variables are set while it parses, whatever the environment of the test is.
absl::StatusOr<Options> Parse(const Arguments& arguments, const Variables& variables = {}) {
  for (const char* name : kVariables) unsetenv(name);
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  std::vector<const char*> argv = {"rosterd"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  absl::StatusOr<Options> options = ParseOptions(static_cast<int>(argv.size()), argv.data());
  for (const char* name : kVariables) unsetenv(name);
  return options;
}

struct RefusedCase {
  const char* name;
  Arguments arguments;
  const char* message;
};

class RefusedOptionsTest : public testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedOptionsTest, SaysWhatIsWrong) {
  const absl::StatusOr<Options> options = Parse(GetParam().arguments);
  EXPECT_EQ(options.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(options.status().message()).find(GetParam().message), std::string::npos)
      << options.status();
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedOptionsTest,
    testing::Values(
        RefusedCase{"NoDataDir", {}, "--data-dir or --store-dir is required"},
        RefusedCase{"EmptyDataDir", {"--data-dir="}, "--data-dir"},
        RefusedCase{"InitWithoutDataDir", {"init"}, "--data-dir or --store-dir is required"},
        RefusedCase{"TwoDirectories", {"--data-dir=d", "--store-dir=s"}, "exclude each other"},
        RefusedCase{"PlaintextWithTls",
                    {"--data-dir=d", "--plaintext-behind-proxy", "--tls-cert=c", "--tls-key=k"},
                    "exclude each other"},
        RefusedCase{"UnknownFlag", {"--data-dir=d", "--colour"}, "--colour"},
        RefusedCase{"UnknownSubcommand", {"--data-dir=d", "destroy"}, "destroy"},
        RefusedCase{"PlaintextOffLoopback",
                    {"--data-dir=d", "--listen=0.0.0.0:7070"},
                    "--listen 0.0.0.0:7070 can be reached from elsewhere, so it needs --tls-cert"},
        RefusedCase{"PlaintextOnAllIpv6", {"--data-dir=d", "--listen=[::]:7070"}, "--tls-cert"},
        RefusedCase{"PlaintextOnMappedLoopback",
                    {"--data-dir=d", "--listen=[::ffff:127.0.0.1]:7070"},
                    "--tls-cert"},
        RefusedCase{"PlaintextOnName", {"--data-dir=d", "--listen=localhost.evil:1"}, "--tls-cert"},
        RefusedCase{"PlaintextOn126", {"--data-dir=d", "--listen=126.0.0.1:7070"}, "--tls-cert"},
        RefusedCase{"PlaintextOn128", {"--data-dir=d", "--listen=128.0.0.1:7070"}, "--tls-cert"},
        RefusedCase{"CertificateOnly", {"--data-dir=d", "--tls-cert=c"}, "needs --tls-key"},
        RefusedCase{"KeyOnly", {"--data-dir=d", "--tls-key=k"}, "needs --tls-cert"},
        RefusedCase{"ClientCaOnly", {"--data-dir=d", "--tls-client-ca=a"}, "needs --tls-cert"},
        RefusedCase{"NoPort", {"--data-dir=d", "--listen=127.0.0.1"}, "--listen: \"127.0.0.1\""},
        RefusedCase{"EmptyPort", {"--data-dir=d", "--listen=127.0.0.1:"}, "0 to 65535"},
        RefusedCase{"PortTooLarge", {"--data-dir=d", "--listen=127.0.0.1:65536"}, "0 to 65535"},
        RefusedCase{"PortNegative", {"--data-dir=d", "--listen=127.0.0.1:-1"}, "0 to 65535"},
        RefusedCase{"PortWithTail", {"--data-dir=d", "--listen=127.0.0.1:70s"}, "0 to 65535"},
        RefusedCase{"NoHost", {"--data-dir=d", "--listen=:7070"}, "a host name or an IP address"},
        RefusedCase{"BareIpv6", {"--data-dir=d", "--listen=::1:7070"}, "needs brackets"},
        RefusedCase{"NotIpv6", {"--data-dir=d", "--listen=[1.2.3.4]:70"}, "no IPv6 address"},
        RefusedCase{"Scheme", {"--data-dir=d", "--listen=unix:/run/r:1"}, "brackets"},
        RefusedCase{"HealthAddress", {"--data-dir=d", "--health-listen=x"}, "--health-listen: "},
        RefusedCase{
            "MetricsList", {"--data-dir=d", "--metrics-listen=h:1,2:3"}, "--metrics-listen"},
        RefusedCase{"NoQueue", {"--data-dir=d", "--queue-limit=0"}, "--queue-limit"},
        RefusedCase{"NegativeQueue", {"--data-dir=d", "--queue-limit=-1"}, "--queue-limit"},
        RefusedCase{"QueueNoNumber", {"--data-dir=d", "--queue-limit=many"}, "--queue-limit"},
        RefusedCase{"SmallCache", {"--data-dir=d", "--cache-bytes=1048575"}, "--cache-bytes"},
        RefusedCase{"Reflection", {"--data-dir=d", "--reflection=maybe"}, "maybe"},
        RefusedCase{"BackupWithoutLog", {"backup", "--data-dir=d", "--vault-to=v"}, "--log-to"},
        RefusedCase{"BackupWithoutVault", {"backup", "--data-dir=d", "--log-to=l"}, "--vault-to"},
        RefusedCase{
            "RestoreWithoutLog", {"restore", "--data-dir=d", "--vault-from=v"}, "--log-from"},
        RefusedCase{
            "RestoreWithoutVault", {"restore", "--data-dir=d", "--log-from=l"}, "--vault-from"},
        RefusedCase{"BackupFlagWithoutBackup", {"--data-dir=d", "--log-to=l"}, "--log-to"},
        RefusedCase{"LogLevel", {"--data-dir=d", "--log-level=loud"}, "--log-level"}),
    [](const auto& info) { return info.param.name; });

TEST(OptionsTest, Defaults) {
  const absl::StatusOr<Options> options = Parse({"--data-dir", "d"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->exit_text, std::nullopt);
  EXPECT_EQ(options->command, Options::Command::kServe);
  EXPECT_EQ(options->data_dir, "d");
  EXPECT_EQ(options->listen.ToString(), "127.0.0.1:7070");
  EXPECT_EQ(options->health_listen.ToString(), "127.0.0.1:7071");
  EXPECT_EQ(options->metrics_listen.ToString(), "127.0.0.1:9070");
  EXPECT_FALSE(options->tls.has_value());
  EXPECT_EQ(options->queue_limit, 1000u);
  EXPECT_EQ(options->cache_bytes, 268'435'456u);
  EXPECT_TRUE(options->reflection);
  EXPECT_FALSE(options->init_if_empty);
  EXPECT_FALSE(options->plaintext_behind_proxy);
  EXPECT_EQ(options->token_file, "");
  EXPECT_EQ(options->log_level, Level::kInfo);
}

TEST(OptionsTest, EveryFlag) {
  const absl::StatusOr<Options> options = Parse(
      {"--data-dir=d", "--listen=localhost:1", "--health-listen=0.0.0.0:2",
       "--metrics-listen=[::]:3", "--queue-limit=4", "--cache-bytes=1048576", "--reflection=false",
       "--init-if-empty", "--log-level=error", "--token-file=t", "--plaintext-behind-proxy"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->listen.ToString(), "localhost:1");
  EXPECT_EQ(options->health_listen.ToString(), "0.0.0.0:2");
  EXPECT_EQ(options->metrics_listen.ToString(), "[::]:3");
  EXPECT_EQ(options->queue_limit, 4u);
  EXPECT_EQ(options->cache_bytes, 1'048'576u);
  EXPECT_FALSE(options->reflection);
  EXPECT_TRUE(options->init_if_empty);
  EXPECT_EQ(options->log_level, Level::kError);
  EXPECT_EQ(options->token_file, "t");
  EXPECT_TRUE(options->plaintext_behind_proxy);
}

TEST(OptionsTest, EveryVariable) {
  const TempDirectory dir;
  const TlsFiles tls = MakeCertificate(dir, "a");
  const absl::StatusOr<Options> options = Parse({}, {{"ROSTER_DATA_DIR", "d"},
                                                     {"ROSTER_LISTEN", "0.0.0.0:1"},
                                                     {"ROSTER_HEALTH_LISTEN", "0.0.0.0:2"},
                                                     {"ROSTER_METRICS_LISTEN", "0.0.0.0:3"},
                                                     {"ROSTER_TLS_CERT", tls.certificate},
                                                     {"ROSTER_TLS_KEY", tls.key},
                                                     {"ROSTER_TLS_CLIENT_CA", tls.certificate},
                                                     {"ROSTER_QUEUE_LIMIT", "4"},
                                                     {"ROSTER_CACHE_BYTES", "5000000"},
                                                     {"ROSTER_REFLECTION", "false"},
                                                     {"ROSTER_INIT_IF_EMPTY", "true"},
                                                     {"ROSTER_TOKEN_FILE", "t"},
                                                     {"ROSTER_LOG_LEVEL", "debug"}});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->data_dir, "d");
  EXPECT_EQ(options->listen.ToString(), "0.0.0.0:1");
  EXPECT_EQ(options->health_listen.ToString(), "0.0.0.0:2");
  EXPECT_EQ(options->metrics_listen.ToString(), "0.0.0.0:3");
  ASSERT_TRUE(options->tls.has_value());
  EXPECT_EQ(options->tls->certificate, tls.certificate);
  EXPECT_EQ(options->tls->key, tls.key);
  EXPECT_EQ(options->tls->client_ca, tls.certificate);
  EXPECT_EQ(options->queue_limit, 4u);
  EXPECT_EQ(options->cache_bytes, 5'000'000u);
  EXPECT_FALSE(options->reflection);
  EXPECT_TRUE(options->init_if_empty);
  EXPECT_EQ(options->log_level, Level::kDebug);
  EXPECT_EQ(options->token_file, "t");
}

TEST(OptionsTest, StoreDirTakesThePlaceOfDataDir) {
  const auto options = Parse({}, {{"ROSTER_STORE_DIR", "s"},
                                  {"ROSTER_LISTEN", "0.0.0.0:1"},
                                  {"ROSTER_PLAINTEXT_BEHIND_PROXY", "true"}});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->store_dir, "s");
  EXPECT_EQ(options->data_dir, "");
}

TEST(OptionsTest, BackupAndRestore) {
  const absl::StatusOr<Options> backup =
      Parse({"backup", "--data-dir=d", "--log-to=l", "--vault-to=v"});
  ASSERT_TRUE(backup.ok()) << backup.status();
  EXPECT_EQ(backup->command, Options::Command::kBackup);
  EXPECT_EQ(backup->log_to, "l");
  EXPECT_EQ(backup->vault_to, "v");
  const absl::StatusOr<Options> restore =
      Parse({"restore", "--data-dir=d", "--log-from=l", "--vault-from=v", "--lost-checkpoint=c",
             "--erasure-list=e", "--keep-service-tokens"});
  ASSERT_TRUE(restore.ok()) << restore.status();
  EXPECT_EQ(restore->command, Options::Command::kRestore);
  EXPECT_EQ(restore->log_from, "l");
  EXPECT_EQ(restore->vault_from, "v");
  EXPECT_EQ(restore->lost_checkpoint, "c");
  EXPECT_EQ(restore->erasure_list, "e");
  EXPECT_TRUE(restore->keep_service_tokens);
}

TEST(OptionsTest, FlagWinsOverVariable) {
  const absl::StatusOr<Options> options =
      Parse({"--data-dir=flag", "--reflection=true"},
            {{"ROSTER_DATA_DIR", "variable"}, {"ROSTER_REFLECTION", "false"}});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->data_dir, "flag");
  EXPECT_TRUE(options->reflection);
}

TEST(OptionsTest, MalformedVariableIsRefused) {
  const auto status = Parse({"--data-dir=d"}, {{"ROSTER_QUEUE_LIMIT", "many"}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find("--queue-limit"), std::string::npos) << status;
}

TEST(OptionsTest, PlaintextOnLoopbackIsServed) {
  for (const char* address : {"127.0.0.1:7070", "127.255.0.9:1", "[::1]:1", "localhost:0"}) {
    const auto options = Parse({"--data-dir=d", "--listen", address});
    ASSERT_TRUE(options.ok()) << options.status();
    EXPECT_EQ(options->listen.ToString(), address);
  }
}

TEST(OptionsTest, InitTakesFlagsOnEitherSideAndListensNowhere) {
  for (const Arguments& arguments :
       {Arguments{"--data-dir=d", "init"}, Arguments{"init", "--data-dir=d"},
        Arguments{"init", "--data-dir=d", "--listen=0.0.0.0:1"},
        Arguments{"init", "--data-dir=d", "--tls-cert=no-file", "--tls-key=no-file"}}) {
    const auto options = Parse(arguments);
    ASSERT_TRUE(options.ok()) << options.status();
    EXPECT_EQ(options->command, Options::Command::kInit);
    EXPECT_EQ(options->data_dir, "d");
  }
}

TEST(OptionsTest, HelpAndVersionEndTheProcessWithoutDataDir) {
  const auto help = Parse({"--help"});
  ASSERT_TRUE(help.ok()) << help.status();
  ASSERT_TRUE(help->exit_text.has_value());
  for (const char* part : {"--metrics-listen", "ROSTER_METRICS_LISTEN", "127.0.0.1:9070", "init"}) {
    EXPECT_NE(help->exit_text->find(part), std::string::npos) << part;
  }
  const auto version = Parse({"--version"});
  ASSERT_TRUE(version.ok()) << version.status();
  EXPECT_THAT(version->exit_text.value_or(""),
              testing::MatchesRegex(R"(rosterd [0-9]+\.[0-9]+\.[0-9]+ \(commit [^ ]+\)
)"));
}

struct TlsCase {
  const char* name;
  TlsFiles files;
  absl::StatusCode code;
  std::string message;
};

TEST(TlsOptionsTest, FilesThatCannotServeAreRefusedByName) {
  const TempDirectory dir;
  const TlsFiles good = MakeCertificate(dir, "good");
  const TlsFiles other = MakeCertificate(dir, "other");
  const std::string key = ReadAll(good.key);
  const std::string group = dir.Write("group.key", key, 0660);
  const std::string world = dir.Write("world.key", key, 0604);
  const std::string text = dir.Write("text.pem", "no PEM", 0600);
  const std::string big = dir.Write("big.pem", std::string((1 << 20) + 1, 'x'), 0600);
  const std::string none = dir / "none";
  const std::string open = "chmod 600";
  const TlsCase cases[] = {
      {"no certificate", {none, good.key}, absl::StatusCode::kNotFound, none},
      {"no key", {good.certificate, none}, absl::StatusCode::kNotFound, none},
      {"group", {good.certificate, group}, absl::StatusCode::kFailedPrecondition, group},
      {"world", {good.certificate, world}, absl::StatusCode::kFailedPrecondition, open},
      {"folder", {dir / "", good.key}, absl::StatusCode::kFailedPrecondition, "regular file"},
      {"big", {big, good.key}, absl::StatusCode::kFailedPrecondition, big},
      {"text", {text, good.key}, absl::StatusCode::kInvalidArgument, text},
      {"text key", {good.certificate, text}, absl::StatusCode::kInvalidArgument, text},
      {"pair", {good.certificate, other.key}, absl::StatusCode::kInvalidArgument, other.key},
  };
  for (const TlsCase& each : cases) {
    const auto status = Parse({"--data-dir=d", "--listen=0.0.0.0:1", "--tls-cert",
                               each.files.certificate, "--tls-key", each.files.key})
                            .status();
    EXPECT_EQ(status.code(), each.code) << each.name << ": " << status;
    EXPECT_NE(std::string(status.message()).find(each.message), std::string::npos)
        << each.name << ": " << status;
  }
}

TEST(TlsOptionsTest, KeyOfStricterModeIsRead) {
  const TempDirectory dir;
  const TlsFiles good = MakeCertificate(dir, "good");
  const TlsFiles files{good.certificate, dir.Write("strict.key", ReadAll(good.key), 0400)};
  const absl::StatusOr<TlsIdentity> identity = LoadTlsIdentity(files);
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->certificate_pem, ReadAll(good.certificate));
  EXPECT_EQ(identity->key_pem, ReadAll(good.key));
}

}  // namespace
}  // namespace roster::services
