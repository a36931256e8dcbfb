// A disk that fills up: changes are refused before it is too late, reads go on, and changes come
// back with the space, without a restart.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <future>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "tests/crash/support/contents.h"
#include "tests/crash/support/import_check.h"
#include "tests/crash/support/process.h"

namespace roster::crash {
namespace {

using testing::HasSubstr;

constexpr char kSize[] = "size=160m";
constexpr int64_t kWatermark = 64 << 20;  // the larger of 64 MiB and 5 % of this disk
constexpr int64_t kJustBelow = kWatermark - (1 << 20);

// A small disk for this thread and the processes that it starts. Nobody else sees the mount, and it
// is gone when they are.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    std::filesystem::create_directory(path_);
    mounted_ = unshare(CLONE_NEWNS) == 0 &&
               mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               mount("tmpfs", path_.c_str(), "tmpfs", 0, kSize) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }

  int64_t FreeBytes() const {
    struct statvfs space = {};
    if (statvfs(path_.c_str(), &space) != 0) return -1;
    return static_cast<int64_t>(space.f_bavail * space.f_frsize);
  }

  // Leaves this much of it.
  void Fill(int64_t free_bytes) const {
    const int file = open(ballast().c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    const int64_t more = FreeBytes() - free_bytes;
    if (more > 0 && file >= 0) {
      const off_t end = lseek(file, 0, SEEK_END);
      EXPECT_EQ(posix_fallocate(file, end, more), 0);
    }
    (void)close(file);
  }

  void Empty() const { std::filesystem::remove(ballast()); }

 private:
  std::string ballast() const { return path_ + "/ballast"; }

  const std::string path_;
  bool mounted_ = false;
};

// Creates users of a file until one is refused, at most `rows`.
absl::Status CreateUsers(Client& client, const Account& account, int file, int rows) {
  for (int row = 1; row <= rows; ++row) {
    const auto user = client.CreateUser(account.id, PersonOf({file, row}));
    if (!user.ok()) return user.status();
  }
  return absl::OkStatus();
}

void ExpectReadable(const Server& server, Client& client, const Account& account, size_t users) {
  EXPECT_TRUE(IsServing(server.port()).value());
  EXPECT_TRUE(IsServing(server.health_port(), "readiness").value());
  const auto dump = client.ReadAll(account.id);
  ASSERT_TRUE(dump.ok()) << dump.status();
  EXPECT_EQ(FindImported(*dump, account).by_row.size(), users);
}

void ExpectRefused(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("DISK_FULL"));
}

void CheckFullDisk() {
  const TempDirectory directory;
  const SmallDisk disk(directory / "disk");
  if (!disk.mounted()) {
    std::printf("skipped: no mount\n");
    return;
  }
  const std::string data_dir = directory / "disk/data";
  const std::string operator_token = Init(directory, data_dir);
  std::optional<Server> server(std::in_place, directory, data_dir);
  server->AwaitReady();
  const Account account = CreateMatrixAccount(server->port(), operator_token).value();
  std::optional<Client> client(std::in_place, server->port(), account.token);
  ASSERT_GT(disk.FreeBytes(), kWatermark);
  ASSERT_TRUE(CreateUsers(*client, account, 1, 10).ok());

  for (const int64_t free_bytes : {kJustBelow, int64_t{0}}) {
    SCOPED_TRACE(free_bytes);
    disk.Fill(free_bytes);
    ExpectRefused(CreateUsers(*client, account, 2, 1));
    ExpectRefused(client->Import(account.id, CsvOf(2, 10)).status);
    ExpectReadable(*server, *client, account, 10);
  }
  disk.Empty();
  const absl::Time begin = absl::Now();
  EXPECT_TRUE(CreateUsers(*client, account, 3, 10).ok());
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
  ExpectReadable(*server, *client, account, 20);

  server->Kill();
  disk.Fill(0);
  const auto before = Contents(data_dir);
  const Ended refused = RunToEnd(directory, {"--data-dir", data_dir});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("is full"));
  EXPECT_EQ(Contents(data_dir), before);
  disk.Empty();
  server.emplace(directory, data_dir);
  server->AwaitReady();
  client.emplace(server->port(), account.token);
  ExpectReadable(*server, *client, account, 20);
}

// The disk on which the checkpoint and the erasure list lie.
void CheckFullDiskOfTheCheckpoint() {
  const TempDirectory directory;
  const SmallDisk disk(directory / "disk");
  if (!disk.mounted()) {
    std::printf("skipped: no mount\n");
    return;
  }
  const std::string data_dir = directory / "data";
  const std::string operator_token = Init(directory, data_dir);
  const std::string checkpoint = directory / "disk/checkpoint";
  std::filesystem::copy(data_dir + ".checkpoint", checkpoint);
  std::filesystem::remove(data_dir + ".checkpoint");
  Server server(directory, data_dir, {"--checkpoint", checkpoint});
  server.AwaitReady();
  const Account account = CreateMatrixAccount(server.port(), operator_token).value();
  Client client(server.port(), account.token);
  const auto user = client.CreateUser(account.id, PersonOf({1, 1}));
  ASSERT_TRUE(user.ok()) << user.status();

  disk.Fill(0);
  ExpectRefused(client.EraseUser(account.id, *user).status());
  ExpectRefused(CreateUsers(client, account, 2, 1));
  ExpectReadable(server, client, account, 1);
  disk.Empty();
  EXPECT_TRUE(client.EraseUser(account.id, *user).ok());
  EXPECT_EQ(server.Stop(), 0);
}

TEST(DiskFullTest, AM2RefusesToEraseWhileTheDiskOfTheCheckpointIsFull) {
  std::async(std::launch::async, CheckFullDiskOfTheCheckpoint).get();
}

TEST(DiskFullTest, RefusesChangesUntilThereIsRoom) {
  // On a thread of its own, so that the mount stays its own too.
  std::async(std::launch::async, CheckFullDisk).get();
}

}  // namespace
}  // namespace roster::crash
