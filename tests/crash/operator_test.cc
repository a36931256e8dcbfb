// What an operator does to a store and a server with rosterd itself: tokens, folders, signals.

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "tests/crash/support/client.h"
#include "tests/crash/support/contents.h"
#include "tests/crash/support/process.h"
#include "tests/support/calls.h"
#include "tests/support/http.h"

namespace roster::crash {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string Content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

mode_t ModeOf(const std::string& path) {
  struct stat found = {};
  return stat(path.c_str(), &found) == 0 ? found.st_mode & 0777 : 0;
}

class OperatorTest : public testing::Test {
 protected:
  Ended Run(const std::string& command, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {command, "--data-dir", data_dir_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunToEnd(directory_, arguments);
  }

  // How a call of the operator ends, by each of these tokens.
  std::vector<std::string> CallsWith(const std::vector<std::string>& tokens) {
    Server server(directory_, data_dir_);
    server.AwaitReady();
    std::vector<std::string> codes;
    codes.reserve(tokens.size());
    for (const std::string& token : tokens) {
      codes.push_back(api_test::Connect(server.port(), token)
                          .Call(identity::v1::ListAccountsRequest())
                          .result.code);
    }
    EXPECT_EQ(server.Stop(), 0);
    return codes;
  }

  const TempDirectory directory_;
  const std::string data_dir_ = directory_ / "data";
};

TEST_F(OperatorTest, ATokenThatLeakedOrWasLostIsReplaced) {
  const std::string first = Init(directory_, data_dir_);
  const Ended replaced = Run("operator-token");
  ASSERT_EQ(replaced.code, 0) << replaced.errors;
  const std::string second = FirstLine(replaced.output);
  EXPECT_THAT(second, StartsWith("roster_op_"));
  EXPECT_THAT(CallsWith({first, second}), testing::ElementsAre("UNAUTHENTICATED", "OK"));
  const std::string third = FirstLine(Run("operator-token").output);
  EXPECT_THAT(CallsWith({first, second, third}),
              testing::ElementsAre("UNAUTHENTICATED", "UNAUTHENTICATED", "OK"));
  EXPECT_EQ(Run("verify").code, 0);
}

TEST_F(OperatorTest, ATokenIsRevokedWithoutAnother) {
  const std::string first = Init(directory_, data_dir_);
  const Ended revoked = Run("revoke-operator-token");
  EXPECT_EQ(revoked.code, 0) << revoked.errors;
  EXPECT_THAT(revoked.output, IsEmpty());
  EXPECT_THAT(CallsWith({first}), testing::ElementsAre("UNAUTHENTICATED"));
  const Ended again = Run("revoke-operator-token");
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.errors, HasSubstr("the operator has no token"));
  const std::string second = FirstLine(Run("operator-token").output);
  EXPECT_THAT(CallsWith({first, second}), testing::ElementsAre("UNAUTHENTICATED", "OK"));
}

TEST_F(OperatorTest, TheTokenOfAStoreInUseStays) {
  Init(directory_, data_dir_);
  Server server(directory_, data_dir_);
  server.AwaitReady();
  for (const char* command : {"operator-token", "revoke-operator-token"}) {
    const Ended ended = Run(command);
    EXPECT_EQ(ended.code, 1);
    EXPECT_THAT(ended.errors, HasSubstr("in use"));
    EXPECT_THAT(ended.output, IsEmpty());
  }
}

TEST_F(OperatorTest, TheTokenGoesIntoAFile) {
  const std::string file = directory_ / "token";
  const Ended init = Run("init", {"--token-file", file});
  ASSERT_EQ(init.code, 0) << init.errors;
  EXPECT_THAT(init.output, IsEmpty());
  EXPECT_EQ(ModeOf(file), 0600U);
  const std::string first = FirstLine(Content(file));
  const Ended replaced = Run("operator-token", {"--token-file", file});
  ASSERT_EQ(replaced.code, 0) << replaced.errors;
  EXPECT_THAT(replaced.output, IsEmpty());
  EXPECT_EQ(ModeOf(file), 0600U);
  EXPECT_THAT(CallsWith({first, FirstLine(Content(file))}),
              testing::ElementsAre("UNAUTHENTICATED", "OK"));
}

// It may be the only copy of a token.
TEST_F(OperatorTest, InitReplacesNoTokenFile) {
  const std::string file = directory_ / "token";
  std::ofstream(file) << "of another store\n";
  const Ended init = Run("init", {"--token-file", file});
  EXPECT_EQ(init.code, 1);
  EXPECT_THAT(init.errors, HasSubstr(file));
  EXPECT_EQ(Content(file), "of another store\n");
  EXPECT_FALSE(fs::exists(data_dir_));
}

TEST_F(OperatorTest, ATokenThatCannotBeWrittenIsToldWithTheWayOut) {
  const Ended init = Run("init", {"--token-file", directory_ / "none" + "/token"});
  EXPECT_EQ(init.code, 1);
  EXPECT_THAT(init.output, IsEmpty());
  EXPECT_THAT(init.errors, HasSubstr("rosterd operator-token"));
  EXPECT_THAT(FirstLine(Run("operator-token").output), StartsWith("roster_op_"));
}

// A volume is an empty directory that is there already.
TEST_F(OperatorTest, InitIfEmptyTakesAnEmptyDirectoryAndThenLeavesItAlone) {
  fs::create_directory(data_dir_);
  const std::string file = directory_ / "token";
  for (int start = 0; start < 2; ++start) {
    Server server(directory_, data_dir_, {"--init-if-empty", "--token-file", file});
    server.AwaitReady();
    EXPECT_TRUE(api_test::Connect(server.port(), FirstLine(Content(file)))
                    .Call(identity::v1::ListAccountsRequest())
                    .ok());
    EXPECT_EQ(server.Stop(), 0);
    EXPECT_THAT(server.process().output(), IsEmpty());
  }
}

TEST_F(OperatorTest, AStoreDirectoryHasAFolderForEachPart) {
  const std::string store = directory_ / "store";
  const Ended init = RunToEnd(directory_, {"init", "--store-dir", store});
  ASSERT_EQ(init.code, 0) << init.errors;
  for (const char* part : {"/data/log", "/vault/keys", "/checkpoint/position", ".kek"}) {
    EXPECT_TRUE(fs::exists(store + part)) << part;
  }
  for (const char* folder : {"", "/data", "/vault", "/checkpoint"}) {
    EXPECT_EQ(ModeOf(store + folder), 0700U) << folder;
  }
  const Ended verified = RunToEnd(directory_, {"verify", "--store-dir", store});
  EXPECT_EQ(verified.code, 0) << verified.errors;
  EXPECT_THAT(verified.output, HasSubstr("sound"));
}

// /proc is a file system of its own wherever there is one.
TEST_F(OperatorTest, NoPartIsPutBesideAMountPointUntold) {
  for (const auto& [flag, way_out] :
       {std::pair("--data-dir", "--store-dir"), std::pair("--store-dir", "--key-encryption-key")}) {
    const Ended init = RunToEnd(directory_, {"init", flag, "/proc"});
    EXPECT_EQ(init.code, 1);
    EXPECT_THAT(init.errors, AllOf(HasSubstr("/proc is a mount point"), HasSubstr(way_out)));
  }
  EXPECT_FALSE(fs::exists("/proc.kek"));
}

TEST_F(OperatorTest, SignalsThatAreNotMeantEndNothing_C71) {
  Init(directory_, data_dir_);
  Server server(directory_, data_dir_);
  server.AwaitReady();
  for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2}) server.process().Signal(signal);
  const auto told = [&](const char* name) { return absl::StrCat("\"signal\":\"", name, "\""); };
  const absl::Time end = absl::Now() + absl::Seconds(10);
  while (server.log().find(told("USR2")) == std::string::npos && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_THAT(server.log(),
              AllOf(HasSubstr(told("HUP")), HasSubstr(told("USR1")), HasSubstr(told("USR2"))));
  EXPECT_TRUE(IsServing(server.health_port()).value());
  EXPECT_EQ(server.Stop(), 0);
}

// libprotobuf has a line of its own to say of text that is not UTF-8.
TEST_F(OperatorTest, EveryLineOfTheLogIsJson_C69_C70) {
  const std::string token = Init(directory_, data_dir_);
  Server server(directory_, data_dir_, {"--log-level", "debug"});
  server.AwaitReady();
  identity::v1::ImportUsersRequest latin;
  latin.set_chunk("Jos\xe9");  // has the number of user_id
  identity::v1::GetUserResponse response;
  const auto result = api_test::Connect(server.port(), token)
                          .Invoke("roster.identity.v1.IdentityService/GetUser", latin, response);
  EXPECT_EQ(result.Text(), "INVALID_ARGUMENT MALFORMED_REQUEST");
  EXPECT_THAT(api_test::HttpGet(server.metrics_port(), "/metrics"),
              HasSubstr("roster_commands_refused_total{reason=\"MALFORMED_REQUEST\"} 1"));
  EXPECT_EQ(server.Stop(), 0);
  const std::vector<std::string> lines = absl::StrSplit(server.log(), '\n', absl::SkipEmpty());
  EXPECT_GE(lines.size(), 4u);
  for (const std::string& line : lines) {
    google::protobuf::Struct entry;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line, &entry).ok()) << line;
  }
}

TEST_F(OperatorTest, PlaintextOffLoopbackIsForAProxyThatIsNamed) {
  Init(directory_, data_dir_);
  Server server(directory_, data_dir_, {"--plaintext-behind-proxy"}, "0.0.0.0:0");
  server.AwaitReady();
  EXPECT_TRUE(IsServing(server.port()).value());
  EXPECT_THAT(server.log(), HasSubstr("in plaintext"));
}

}  // namespace
}  // namespace roster::crash
