// Certificates that change while the server runs (reliability T2, T4).

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "services/transport/health_service.h"
#include "services/transport/listener.h"
#include "tests/support/certificates.h"
#include "tests/support/plumbing_support.h"

namespace roster::services {
namespace {

constexpr absl::Duration kInterval = absl::Milliseconds(20);
constexpr absl::Duration kShownWithin = absl::Seconds(5);

// The full run of T4 takes 100.
int Swaps() {
  const char* wanted = std::getenv("ROSTER_TEST_SWAPS");
  return wanted == nullptr ? 5 : std::atoi(wanted);
}

// The file is never seen half written.
void Replace(const TempDirectory& dir, const char* name, const std::string& content, mode_t mode) {
  std::filesystem::rename(dir.Write("new", content, mode), dir / name);
}

class TlsReloadTest : public testing::Test {
 protected:
  TlsReloadTest() : health_({}) {
    health_.SetServing(true);
    shown_ = SerialOf(Put(authority_.Issue({})).certificate_pem);
    auto listener =
        Listener::Start({.address = kAnyPort,
                         .services = {&health_.service()},
                         .tls = Files(),
                         .tls_interval = kInterval,
                         .on_tls_change = [this](const absl::Status& status, const TlsIdentity&) {
                           const std::lock_guard lock(mutex_);
                           told_.push_back(status);
                         }});
    if (!listener.ok()) std::abort();
    listener_ = *std::move(listener);
  }

  TlsFiles Files() const { return {.certificate = dir_ / "cert", .key = dir_ / "key"}; }

  // As most tools do it: one file after the other, each by a rename.
  const TlsIdentity& Put(const TlsIdentity& identity) const {
    Replace(dir_, "cert", identity.certificate_pem, 0644);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    Replace(dir_, "key", identity.key_pem, 0600);
    return identity;
  }
  std::vector<absl::Status> Told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  // Waits for the observer to have been called `times`.
  std::vector<absl::Status> AwaitTold(std::size_t times) {
    const absl::Time end = absl::Now() + kShownWithin;
    while (Told().size() < times && absl::Now() < end) absl::SleepFor(kInterval);
    return Told();
  }

  // Waits until new handshakes show this certificate.
  void ExpectShown(const std::string& serial) {
    const absl::Time end = absl::Now() + kShownWithin;
    while (Shown() != serial && absl::Now() < end) absl::SleepFor(kInterval / 4);
    EXPECT_EQ(Shown(), serial);
  }
  std::string Shown() const { return ShakeHands(listener_->port()).serial; }

  std::shared_ptr<grpc::Channel> Channel() const {
    return TlsChannel(listener_->port(), authority_.pem());
  }

  const TempDirectory dir_;
  const CertificateAuthority authority_;
  HealthService health_;
  std::string shown_;  // the serial of the first certificate
  std::mutex mutex_;
  std::vector<absl::Status> told_;  // guarded by mutex_
  std::unique_ptr<Listener> listener_;
};

TEST_F(TlsReloadTest, NoCallFailsWhileCertificatesChange_T4) {
  std::atomic<bool> over = false;
  std::atomic<int> calls = 0;
  std::atomic<int> failed = 0;
  const auto call = [&](const std::shared_ptr<grpc::Channel>& channel) {
    const grpc::Status status = CheckHealth(channel);
    if (!status.ok() && failed.fetch_add(1) == 0) ADD_FAILURE() << status.error_message();
    ++calls;
  };
  std::vector<std::thread> load;
  load.emplace_back([&] {
    const auto channel = Channel();
    while (!over) call(channel);
  });
  load.emplace_back([&] {
    while (!over) call(Channel());  // a handshake each
  });
  for (int i = 0; i < Swaps(); ++i)
    ExpectShown(SerialOf(Put(authority_.Issue({})).certificate_pem));
  over = true;
  for (std::thread& thread : load) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_GT(calls, Swaps());
  RecordProperty("swaps", Swaps());
  RecordProperty("calls", calls);
  RecordProperty("failed", failed);
  listener_ = nullptr;  // it has told all that it saw; on a slow machine also files that don't fit
  const auto told = Told();
  EXPECT_EQ(std::count(told.begin(), told.end(), absl::OkStatus()), Swaps());
}

struct BrokenCase {
  const char* name;
  absl::StatusCode code;
  // Breaks the files, given a new identity.
  void (*put)(const TempDirectory& dir, const TlsIdentity& identity);
};

class BrokenTlsTest : public TlsReloadTest, public testing::WithParamInterface<BrokenCase> {};

TEST_P(BrokenTlsTest, IsKeptOutAndTold_T4) {
  const TlsIdentity next = authority_.Issue({});
  GetParam().put(dir_, next);
  const auto told = AwaitTold(1);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].code(), GetParam().code) << told[0];
  EXPECT_EQ(std::string(told[0].message()).find("PRIVATE"), std::string::npos);
  EXPECT_EQ(Shown(), shown_);
  EXPECT_TRUE(CheckHealth(Channel()).ok());
  absl::SleepFor(4 * kInterval);
  EXPECT_EQ(Told().size(), 1U) << "once, not with every look";
  if (std::filesystem::is_directory(dir_ / "key")) std::filesystem::remove(dir_ / "key");
  Put(next);
  ExpectShown(SerialOf(next.certificate_pem));
}

const BrokenCase kBroken[] = {
    {"OtherKey", absl::StatusCode::kInvalidArgument,
     [](const TempDirectory& dir, const TlsIdentity& next) {
       Replace(dir, "cert", next.certificate_pem, 0644);
     }},
    {"NoCertificate", absl::StatusCode::kInvalidArgument,
     [](const TempDirectory& dir, const TlsIdentity&) { Replace(dir, "cert", "not PEM", 0644); }},
    {"HalfACertificate", absl::StatusCode::kInvalidArgument,
     [](const TempDirectory& dir, const TlsIdentity& next) {
       const std::string& whole = next.certificate_pem;
       Replace(dir, "cert", whole.substr(0, whole.size() / 2), 0644);
     }},
    {"HalfAChain", absl::StatusCode::kInvalidArgument,
     [](const TempDirectory& dir, const TlsIdentity& next) {
       const std::string& whole = next.certificate_pem;
       Replace(dir, "cert", whole + whole.substr(0, whole.size() - 40), 0644);
     }},
    {"OpenKey", absl::StatusCode::kFailedPrecondition,
     [](const TempDirectory& dir, const TlsIdentity& next) {
       Replace(dir, "key", next.key_pem, 0644);
     }},
    {"Ended_C73", absl::StatusCode::kFailedPrecondition,
     [](const TempDirectory& dir, const TlsIdentity&) {
       const TlsIdentity ended = CertificateAuthority().Issue({.valid_until = -absl::Minutes(1)});
       Replace(dir, "cert", ended.certificate_pem, 0644);
       Replace(dir, "key", ended.key_pem, 0600);
     }},
    {"NotYet_C73", absl::StatusCode::kFailedPrecondition,
     [](const TempDirectory& dir, const TlsIdentity&) {
       const TlsIdentity early = CertificateAuthority().Issue({.valid_from = absl::Minutes(1)});
       Replace(dir, "cert", early.certificate_pem, 0644);
       Replace(dir, "key", early.key_pem, 0600);
     }},
    {"Empty", absl::StatusCode::kInvalidArgument,
     [](const TempDirectory& dir, const TlsIdentity&) { Replace(dir, "key", "", 0600); }},
    {"Gone", absl::StatusCode::kNotFound,
     [](const TempDirectory& dir, const TlsIdentity&) { std::filesystem::remove(dir / "cert"); }},
    {"Directory", absl::StatusCode::kFailedPrecondition,
     [](const TempDirectory& dir, const TlsIdentity&) {
       std::filesystem::remove(dir / "key");
       std::filesystem::create_directory(dir / "key");
     }},
};
INSTANTIATE_TEST_SUITE_P(Table, BrokenTlsTest, testing::ValuesIn(kBroken),
                         [](const auto& info) { return info.param.name; });

// A mounted secret is swapped by a link: no file that was read changes.
TEST_F(TlsReloadTest, LinksAreFollowed) {
  const TlsIdentity next = authority_.Issue({});
  dir_.Write("next.cert", next.certificate_pem, 0644);
  dir_.Write("next.key", next.key_pem, 0600);
  for (const char* name : {"cert", "key"}) {
    std::filesystem::remove(dir_ / name);
    std::filesystem::create_symlink(std::string("next.") + name, dir_ / name);
  }
  ExpectShown(SerialOf(next.certificate_pem));
}

// What is not valid itself keeps nothing out: the newer one may help sooner.
TEST_F(TlsReloadTest, AnEndedCertificateFollowsAnEndedOne_C73) {
  const TlsIdentity soon_over = authority_.Issue({.valid_until = absl::Seconds(2)});
  Put(soon_over);
  ExpectShown(SerialOf(soon_over.certificate_pem));
  EXPECT_LT(listener_->identity()->valid_until, absl::Now() + absl::Seconds(3));
  const TlsIdentity ended = authority_.Issue({.valid_until = -absl::Minutes(1)});
  Put(ended);
  EXPECT_EQ(AwaitTold(2).back().code(), absl::StatusCode::kFailedPrecondition);
  ExpectShown(SerialOf(ended.certificate_pem));
}

TEST_F(TlsReloadTest, OldVersionsAreRefused_T2) {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    EXPECT_FALSE(ShakeHands(listener_->port(), version).done) << version;
  }
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const Handshake handshake = ShakeHands(listener_->port(), version);
    EXPECT_TRUE(handshake.done) << version;
    EXPECT_EQ(handshake.version, version);
  }
}

}  // namespace
}  // namespace roster::services
