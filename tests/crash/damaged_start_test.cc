// Starts on a store of which something is damaged, missing or another one's: refused by name, with
// every byte on the disk as it was; and what helps.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/crash/support/client.h"
#include "tests/crash/support/contents.h"
#include "tests/crash/support/import_check.h"
#include "tests/crash/support/process.h"

namespace roster::crash {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr int kRows = 600;

// The largest file of a directory with this ending.
std::string Largest(const std::string& directory, const std::string& ending) {
  std::string largest;
  uintmax_t size = 0;
  for (const auto& file : fs::directory_iterator(directory)) {
    if (file.path().extension() == ending && file.file_size() >= size) {
      largest = file.path();
      size = file.file_size();
    }
  }
  EXPECT_GT(size, 0U) << directory << " " << ending;
  return largest;
}

// Changes one bit of a file, at this part of it.
void Flip(const std::string& path, double where) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto offset = static_cast<std::streamoff>(where * static_cast<double>(fs::file_size(path)));
  file.seekg(offset);
  const int byte = file.get();
  file.seekp(offset);
  file.put(static_cast<char>(byte ^ 0x10));
}

// A killed server's store: its newest records are in the write-ahead log, the rest in tables.
class DamagedStartTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string operator_token = Init(directory_, data_dir_);
    Server first(directory_, data_dir_);
    first.AwaitReady();
    account_ = CreateMatrixAccount(first.port(), operator_token).value();
    ASSERT_TRUE(Client(first.port(), account_.token).Import(account_.id, CsvOf(1, kRows)).summary);
    first.Kill();
    Server second(directory_, data_dir_);  // opening moves what was in the log's WAL into a table
    second.AwaitReady();
    ASSERT_TRUE(Client(second.port(), account_.token).Import(account_.id, CsvOf(2, kRows)).summary);
    ASSERT_EQ(second.Stop(), 0);  // the last checkpoint knows all
    fs::copy(store_, whole_, fs::copy_options::recursive);
  }

  Ended Serve() {
    return RunToEnd(directory_,
                    {"--data-dir", data_dir_, "--listen", "127.0.0.1:0", "--health-listen",
                     "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"});
  }

  // Damages the store; the start says all of this, and changes nothing. Then makes it whole again.
  void ExpectRefused(const std::string& name, const std::function<void()>& damage,
                     const std::vector<std::string>& says) {
    SCOPED_TRACE(name);
    damage();
    const auto before = Contents(store_);
    const Ended ended = Serve();
    EXPECT_EQ(ended.code, 1);
    for (const std::string& text : says) EXPECT_THAT(ended.errors, HasSubstr(text));
    EXPECT_EQ(Contents(store_), before);
    fs::remove_all(store_);
    fs::copy(whole_, store_, fs::copy_options::recursive);
  }

  void ExpectServes() {
    Server server(directory_, data_dir_);
    server.AwaitReady();
    const Dump dump = Client(server.port(), account_.token).ReadAll(account_.id).value();
    EXPECT_EQ(FindImported(dump, account_).by_row.size(), 2U * kRows);
    EXPECT_EQ(server.Stop(), 0);
  }

  const TempDirectory directory_;
  const std::string store_ = directory_ / "store";
  const std::string whole_ = directory_ / "whole";
  const std::string data_dir_ = (fs::create_directory(store_), store_ + "/data");
  const std::string log_ = data_dir_ + "/log";
  Account account_;
};

TEST_F(DamagedStartTest, RefusedByNameAndNothingChanged) {
  const std::string vault = data_dir_ + ".vault";
  const std::string kek = data_dir_ + ".kek";
  const std::string checkpoint = data_dir_ + ".checkpoint";
  const std::string other = directory_ / "other";
  Init(directory_, other);
  const auto replace = [](const std::string& path, const std::string& by) {
    fs::copy_file(by, path, fs::copy_options::overwrite_existing);
  };
  ExpectRefused("flipped WAL", [&] { Flip(Largest(log_, ".log"), 0.5); },
                {log_, "write-ahead log"});
  ExpectRefused("flipped table", [&] { Flip(Largest(log_, ".sst"), 0.3); }, {log_, ".sst"});
  ExpectRefused("WAL cut", [&] { fs::resize_file(Largest(log_, ".log"), 4096); },
                {log_, checkpoint, "records are missing"});
  ExpectRefused("no vault", [&] { fs::remove(vault); }, {vault, "--key-vault"});
  ExpectRefused("foreign vault and key",
                [&] {
                  replace(vault, other + ".vault");
                  replace(kek, other + ".kek");
                },
                {vault, "belongs to another store"});
  ExpectRefused("foreign vault", [&] { replace(vault, other + ".vault"); }, {vault, "key"});
  ExpectRefused("foreign key", [&] { replace(kek, other + ".kek"); }, {vault, "does not belong"});
  ExpectRefused("flipped vault", [&] { Flip(vault, 0.4); }, {vault, "damaged", "restore it"});
  ExpectRefused("cut vault", [&] { fs::resize_file(vault, 640); }, {vault, "damaged"});
  ExpectRefused("no key", [&] { fs::remove(kek); }, {kek, "--key-encryption-key"});
  ExpectRefused("readable key", [&] { chmod(kek.c_str(), 0644); }, {kek, "chmod 600"});
  ExpectRefused("no checkpoint", [&] { fs::remove(checkpoint); }, {checkpoint});
  ExpectRefused("flipped checkpoint", [&] { Flip(checkpoint, 0.5); }, {checkpoint, "damaged"});
  ExpectRefused("foreign checkpoint", [&] { replace(checkpoint, other + ".checkpoint"); },
                {checkpoint});
  ExpectServes();
}

// The help that the messages name.
TEST_F(DamagedStartTest, VerifyAndANewCheckpoint) {
  const std::string checkpoint = data_dir_ + ".checkpoint";
  const auto run = [&](const std::string& command) {
    return RunToEnd(directory_, {command, "--data-dir", data_dir_});
  };
  const auto before = Contents(store_);
  EXPECT_EQ(run("verify").code, 0);
  EXPECT_EQ(Contents(store_), before);
  EXPECT_EQ(run("checkpoint").code, 1);  // there is one
  fs::remove(checkpoint);
  EXPECT_EQ(run("verify").code, 1);
  EXPECT_EQ(run("checkpoint").code, 0);
  EXPECT_EQ(run("verify").code, 0);
  ExpectServes();
}

}  // namespace
}  // namespace roster::crash
