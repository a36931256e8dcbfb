// A pipeline over a log and views in memory, with a clock, a full disk and faults on demand.

#ifndef ROSTER_TESTS_STORAGE_PIPELINE_PIPELINE_SUPPORT_H_
#define ROSTER_TESTS_STORAGE_PIPELINE_PIPELINE_SUPPORT_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/base/refusal.h"
#include "domain/world/memory_world.h"
#include "gtest/gtest.h"
#include "storage/log/memory_log.h"
#include "storage/pipeline/pipeline.h"
#include "tests/storage/log/fault_log.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {

inline constexpr char kAccount[] = "acme";

// Each version is a copy. Thread-safe.
class MemoryViews final : public Views {
 public:
  // `keys` outlives the views.
  explicit MemoryViews(const domain::Keys& keys)
      : latest_(std::make_shared<const domain::MemoryWorld>(keys)) {}

  Version Latest() const override;
  absl::StatusOr<Version> Apply(const domain::Changes& changes) override;
  absl::Status Purge() override { return absl::OkStatus(); }

  // Every Apply from now on fails.
  void FailApply(absl::Status failure);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const domain::MemoryWorld> latest_;
  absl::Status failure_;
};

// Lines in the order in which threads wrote them.
class Journal {
 public:
  void Write(std::string line);
  std::vector<std::string> lines() const;
  bool Has(const std::string& line) const;
  // Waits until the line has been written `times`; fails the test when that takes too long.
  void Await(const std::string& line, int times = 1) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable written_;
  std::vector<std::string> lines_;
};

class PipelineTest : public testing::Test {
 protected:
  PipelineTest() { set_now(absl::FromUnixSeconds(1'700'000'000)); }
  // Before the journals go, to which its callbacks write.
  ~PipelineTest() override {
    log_.Release();
    pipeline_.reset();
  }

  // Starts the pipeline with the options, and the clock, disk and journals of this fixture.
  void Start(PipelineOptions options = {});

  // A command that creates a user with this user name, unless it is taken. It writes `label` to the
  // journals: to decided_ with every decision, to replies_ with position and the row that it
  // sees, to answered_ when it is done.
  Proposal Create(const std::string& label, const std::string& user_name);
  Proposal Create(const std::string& user_name) { return Create(user_name, user_name); }
  // A command that changes nothing.
  Proposal DoNothing(const std::string& label);

  void Submit(Proposal proposal) { pipeline_->Submit(std::move(proposal)); }
  // Waits for the answer of a command.
  Outcome OutcomeOf(const std::string& label) const;
  // The reason of its refusal; empty when it was not refused.
  std::string ReasonOf(const std::string& label) const {
    return domain::ReasonOf(OutcomeOf(label).status);
  }

  // Blocks the log and submits a command that gets stuck there.
  void BlockWith(const std::string& user_name);
  // Submits idle commands until one is refused because of Stop, and returns how many were not.
  size_t AwaitStopping();
  // Commits a user as another node would.
  void AppendElsewhere(const std::string& user_name, absl::Time time);

  // User names in the order of the log, and the times of their commits.
  std::vector<std::string> NamesInLog() const;
  std::vector<absl::Time> TimesInLog() const;

  absl::Time now() const { return absl::FromUnixNanos(now_nanos_); }
  void set_now(absl::Time now) { now_nanos_ = absl::ToUnixNanos(now); }

  MemoryLog disk_;
  FaultLog log_{disk_};
  TestVault vault_;
  const KeyId foreign_key_ = *vault_->TakeKey();  // of the users that another node creates
  MemoryViews views_{*vault_};
  std::atomic<bool> has_disk_space_ = true;
  Journal decided_;
  Journal replies_;
  Journal answered_;
  Journal failures_;
  Journal groups_;  // "commands/commits@position" of each group that was appended
  std::unique_ptr<Pipeline> pipeline_;

 private:
  // Journals of a command, around its decision.
  Proposal Observed(const std::string& label, Proposal proposal);

  std::atomic<int64_t> now_nanos_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, Outcome> outcomes_;  // guarded by mutex_
};

// Whether the world has a user with this user name.
bool Has(const domain::World& world, const std::string& user_name);

// The event that creates that user.
event::v1::Event Created(const std::string& user_name);

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_PIPELINE_PIPELINE_SUPPORT_H_
