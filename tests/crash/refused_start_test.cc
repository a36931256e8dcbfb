// Starts that must be refused, with a message that says what is wrong and nothing changed on disk.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/crash/support/client.h"
#include "tests/crash/support/contents.h"
#include "tests/crash/support/process.h"

namespace roster::crash {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class RefusedStartTest : public testing::Test {
 protected:
  // Runs a start that is to end by itself.
  Ended Serve(std::vector<std::string> more_arguments = {}) {
    std::vector<std::string> arguments = {"--data-dir",       data_dir_,         "--listen",
                                          "127.0.0.1:0",      "--health-listen", "127.0.0.1:0",
                                          "--metrics-listen", "127.0.0.1:0"};
    arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
    return RunToEnd(directory_, arguments);
  }

  const TempDirectory directory_;
  const std::string data_dir_ = directory_ / "data";
};

TEST_F(RefusedStartTest, NeedsInit) {
  const Ended ended = Serve();
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.errors, AllOf(HasSubstr(data_dir_), HasSubstr("rosterd init")));
  EXPECT_FALSE(fs::exists(data_dir_));
}

TEST_F(RefusedStartTest, InitMakesAStoreForItsUserAlone) {
  Init(directory_, data_dir_);
  struct stat status = {};
  ASSERT_EQ(stat(data_dir_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
}

TEST_F(RefusedStartTest, InitLeavesAStoreAlone) {
  const std::string token = Init(directory_, data_dir_);
  const auto before = Contents(data_dir_);
  const Ended again = RunToEnd(directory_, {"init", "--data-dir", data_dir_});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.output, IsEmpty());
  EXPECT_THAT(again.errors, HasSubstr(data_dir_));
  EXPECT_EQ(Contents(data_dir_), before);
  // The token of the first one goes on working.
  Server server(directory_, data_dir_);
  server.AwaitReady();
  EXPECT_TRUE(CreateMatrixAccount(server.port(), token).ok());
}

TEST_F(RefusedStartTest, LogMovedAwayIsNoEmptyStore) {
  Init(directory_, data_dir_);
  for (const bool with_views : {false, true}) {
    SCOPED_TRACE(with_views);
    if (with_views) {
      Server server(directory_, data_dir_);
      server.AwaitReady();
      server.Kill();
    }
    fs::rename(data_dir_ + "/log", directory_ / "moved");
    const auto before = Contents(data_dir_);
    const Ended ended = Serve();
    EXPECT_EQ(ended.code, 1);
    EXPECT_THAT(ended.errors, HasSubstr(data_dir_ + "/log"));
    EXPECT_EQ(Contents(data_dir_), before);
    fs::rename(directory_ / "moved", data_dir_ + "/log");
  }
  // Nor does it become one by another init or by --init-if-empty.
  fs::rename(data_dir_ + "/log", directory_ / "moved");
  EXPECT_EQ(RunToEnd(directory_, {"init", "--data-dir", data_dir_}).code, 1);
  EXPECT_EQ(Serve({"--init-if-empty"}).code, 1);
  EXPECT_FALSE(fs::exists(data_dir_ + "/log"));
}

TEST_F(RefusedStartTest, DirectoryInUse) {
  Init(directory_, data_dir_);
  Server first(directory_, data_dir_);
  first.AwaitReady();
  const Ended second = Serve();
  EXPECT_EQ(second.code, 1);
  EXPECT_THAT(second.errors, AllOf(HasSubstr(data_dir_), HasSubstr("in use")));
  EXPECT_TRUE(IsServing(first.health_port()).value());
}

// What root makes in the store of another user, that user could not read any more.
TEST_F(RefusedStartTest, StoreOfAnotherUser) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give the store to another user";
  Init(directory_, data_dir_);
  ASSERT_EQ(chown((data_dir_ + "/log").c_str(), 1234, 1234), 0);
  const auto before = Contents(data_dir_);
  for (const Ended& ended : {Serve(), RunToEnd(directory_, {"verify", "--data-dir", data_dir_}),
                             RunToEnd(directory_, {"operator-token", "--data-dir", data_dir_})}) {
    EXPECT_EQ(ended.code, 1);
    EXPECT_THAT(ended.errors, AllOf(HasSubstr("1234"), HasSubstr("Start it as the owner")));
  }
  EXPECT_EQ(Contents(data_dir_), before);
}

TEST_F(RefusedStartTest, PortInUse) {
  const std::string other = directory_ / "other";
  Init(directory_, data_dir_);
  Init(directory_, other);
  Server first(directory_, other);
  first.AwaitReady();
  const std::pair<const char*, uint16_t> rows[] = {{"--listen", first.port()},
                                                   {"--health-listen", first.health_port()},
                                                   {"--metrics-listen", first.metrics_port()}};
  for (const auto& [flag, port] : rows) {
    SCOPED_TRACE(flag);
    const std::string address = absl::StrCat("127.0.0.1:", port);
    const auto before = Contents(data_dir_);
    std::map<std::string, std::string> flags = {{"--listen", "127.0.0.1:0"},
                                                {"--health-listen", "127.0.0.1:0"},
                                                {"--metrics-listen", "127.0.0.1:0"}};
    flags[flag] = address;
    std::vector<std::string> arguments = {"--data-dir", data_dir_};
    for (const auto& [name, value] : flags) arguments.insert(arguments.end(), {name, value});
    const Ended ended = RunToEnd(directory_, arguments);
    EXPECT_EQ(ended.code, 1);
    EXPECT_THAT(ended.errors, HasSubstr(address));
    EXPECT_EQ(Contents(data_dir_), before) << "a port is found in use before anything is opened";
  }
  EXPECT_TRUE(IsServing(first.port()).value());
}

TEST_F(RefusedStartTest, WrongFlags) {
  Init(directory_, data_dir_);
  const struct {
    std::vector<std::string> arguments;
    std::string message;
  } rows[] = {
      {{}, "--data-dir"},
      {{"--data-dir", data_dir_, "--no-such-flag"}, "--no-such-flag"},
      {{"--data-dir", data_dir_, "--listen", "0.0.0.0:7070"}, "--tls-cert"},
      {{"--data-dir", data_dir_, "--listen", "nowhere"}, "--listen"},
      {{"--data-dir", data_dir_, "--queue-limit", "0"}, "--queue-limit"},
      {{"--data-dir", data_dir_, "--cache-bytes", "1"}, "--cache-bytes"},
      {{"--data-dir", data_dir_, "--log-level", "loud"}, "--log-level"},
      {{"--data-dir", data_dir_, "--tls-cert", "cert.pem"}, "--tls-key"},
      {{"--data-dir", data_dir_, "--store-dir", data_dir_}, "exclude each other"},
      {{"no-such-command"}, "no-such-command"},
      {{"init"}, "--data-dir"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.message);
    const Ended ended = RunToEnd(directory_, row.arguments);
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.errors, HasSubstr(row.message));
    EXPECT_THAT(ended.output, IsEmpty());
  }
}

TEST_F(RefusedStartTest, HelpAndVersionSucceed) {
  for (const char* flag : {"--help", "--version"}) {
    const Ended ended = RunToEnd(directory_, {flag});
    EXPECT_EQ(ended.code, 0);
    EXPECT_THAT(ended.output, HasSubstr("rosterd"));
  }
}

}  // namespace
}  // namespace roster::crash
