// A whole store, under load, on a disk that loses its power: log, vault, views, checkpoint and
// erasure list are found as OpenStore wants them, with every change that was told.
//
// ROSTER_TEST_NO_SYNC=1 makes the disk lie about every sync, and the test must turn red.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/store/erasure_list.h"
#include "storage/store/store.h"
#include "tests/storage/disk/power_loss.h"
#include "tests/storage/kill/load.h"
#include "tests/storage/storage_support.h"
#include "tests/storage/store/store_disk.h"

namespace roster::storage {
namespace {

using event::v1::Commit;
using testing::IsEmpty;
using testing::Not;

constexpr size_t kEnoughFindings = 5;

struct RunOptions {
  int generations = 1;  // each goes on with what a power loss of the one before has left
  int cuts = 1;         // power losses tried in a generation
  int commands = 40;    // in a generation
  SyncLies lies;
};

// Fills a store, cuts the power at many points of that, and opens what is left.
class StorePowerLoss {
 public:
  explicit StorePowerLoss(RunOptions options)
      : options_(options), random_(options.generations), base_(store_.created()) {}

  void Run() {
    for (int generation = 0; generation < options_.generations; ++generation) {
      Write(generation);
      if (!findings_.empty() || !Cut()) return;
    }
  }

  const std::vector<std::string>& findings() const { return findings_; }
  int cuts() const { return cuts_; }
  int dropped() const { return dropped_; }  // power losses that cost the views
  size_t told() const { return told_; }
  size_t erasures() const { return erasures_; }  // told

 private:
  // How many operations the disk had done when this was answered.
  struct Told {
    size_t operations;
    Position position;
    bool erased;
  };

  void Write(int generation);
  bool Cut();
  void Look(size_t cut, const DiskImage& image);
  void LookAtLog(const std::string& where, size_t cut, const Log& log);
  void LookAtErased(const std::string& where, size_t cut, Store& store, const ErasureList& before);
  void Find(const std::string& where, const std::string& what) {
    findings_.push_back(absl::StrCat(where, ": ", what));
  }

  const RunOptions options_;
  const StoreDisk store_;
  std::mt19937_64 random_;
  DiskImage base_;                   // before the generation
  std::vector<DiskOperation> done_;  // in it
  std::vector<Told> told_in_it_;
  Position at_least_ = 0;  // the head before it
  std::vector<Commit> records_;
  std::vector<std::string> findings_;
  int cuts_ = 0;
  int dropped_ = 0;
  size_t told_ = 0;
  size_t erasures_ = 0;
};

void StorePowerLoss::Write(int generation) {
  PowerLossEnv disk(base_);
  disk.files->Lie(options_.lies);
  told_in_it_.clear();
  {
    const auto store = store_.Open(*disk.env, [](std::string_view) {});
    if (!store.ok()) return Find("open", store.status().ToString());
    at_least_ = (*store)->log().head();
    Load load(absl::StrCat("g", generation), random_(), *(*store)->views().Latest());
    Submission submission;
    submission.commands = options_.commands;
    submission.ask = [](const Command&) {};
    submission.told = [&](const Command& command, const Answer& answer) {
      if (!answer.accepted) return;
      const bool erased = command.operation == Operation::kErase && answer.changed;
      told_in_it_.push_back({disk.files->operation_count(), answer.position, erased});
      erasures_ += erased ? 1 : 0;
    };
    Submit(**store, load, submission);
    records_ = *(*store)->log().Read(1, 100'000);
  }
  told_ += told_in_it_.size();
  done_ = disk.files->operations();
}

// Returns whether there is something left to go on with.
bool StorePowerLoss::Cut() {
  std::vector<size_t> cuts(options_.cuts);
  for (size_t& cut : cuts) cut = random_() % (done_.size() + 1);
  std::sort(cuts.begin(), cuts.end());
  const size_t survivor = random_() % cuts.size();
  Disk disk(base_);
  DiskImage next;
  size_t done = 0;
  for (size_t i = 0; i < cuts.size(); ++i) {
    for (; done < cuts[i]; ++done) disk.Follow(done_[done]);
    const uint64_t seed = random_();
    const DiskImage image = disk.LosePower(seed, Tearing::kInOrder);
    Look(cuts[i], image);
    if (i == survivor) next = image;
    if (findings_.size() >= kEnoughFindings) return false;
  }
  base_ = std::move(next);
  return true;
}

void StorePowerLoss::Look(size_t cut, const DiskImage& image) {
  const std::string where = absl::StrCat("cut ", ++cuts_, " after ", cut, " operations");
  PowerLossEnv disk(image);
  const auto list = ErasureList::Open(store_.paths().erasure_list(), disk.env.get());
  if (!list.ok()) return Find(where, list.status().ToString());
  Said said;
  const auto store = store_.Open(*disk.env, std::ref(said));
  if (!store.ok()) return Find(where, store.status().ToString());
  dropped_ += said.text().find("dropped") != std::string::npos ? 1 : 0;
  LookAtLog(where, cut, (*store)->log());
  const Version views = (*store)->views().Latest();
  if (views->position() != (*store)->log().head() ||
      Dump(*views) != FoldOf((*store)->log(), (*store)->vault())) {
    Find(where, "the views are not what the log folds to");
  }
  LookAtErased(where, cut, **store, **list);
}

void StorePowerLoss::LookAtLog(const std::string& where, size_t cut, const Log& log) {
  Position least = at_least_;
  for (const Told& told : told_in_it_) {
    if (told.operations <= cut) least = std::max(least, told.position);
  }
  if (log.head() < least) {
    return Find(where, absl::StrCat("the log ends at ", log.head(), ", told: ", least));
  }
  const auto commits = log.Read(1, 100'000);
  if (!commits.ok()) return Find(where, commits.status().ToString());
  for (size_t i = 0; i < commits->size(); ++i) {
    if (i >= records_.size() ||
        (*commits)[i].SerializeAsString() != records_[i].SerializeAsString()) {
      return Find(where, absl::StrCat("record ", i + 1, " is not what was written"));
    }
  }
}

void StorePowerLoss::LookAtErased(const std::string& where, size_t cut, Store& store,
                                  const ErasureList& before) {
  const std::vector<KeyId>& destroyed = store.vault().destroyed_at_open();
  std::set<Position> told;
  for (const Told& one : told_in_it_) {
    if (one.erased && one.operations <= cut) told.insert(one.position);
  }
  for (const Erasure& erasure : domain::ErasuresIn(*store.views().Latest())) {
    event::v1::SealedData sealed;
    sealed.set_key_id(erasure.key_id);
    const auto opened = store.vault().TryOpen(erasure.account_id, erasure.user_id, sealed);
    if (!opened.ok() || *opened) Find(where, erasure.user_id + " is erased, and has a key");
    if (told.count(erasure.position) == 0) continue;
    if (!std::binary_search(destroyed.begin(), destroyed.end(), erasure.key_id)) {
      Find(where, erasure.user_id + " was told to be erased, and had a key");
    }
    if (!before.Has(erasure)) {
      Find(where, erasure.user_id + " was told to be erased, and was not in the list");
    }
  }
}

TEST(StorePowerLoss, LosesNothingThatWasTold) {
  StorePowerLoss run({.generations = 8, .cuts = 100, .lies = LiesAskedFor()});
  run.Run();
  EXPECT_THAT(run.findings(), IsEmpty());
  EXPECT_EQ(run.cuts(), 800);
  EXPECT_GT(run.erasures(), 0u);
  RecordProperty("dropped", run.dropped());
  std::printf("%d cuts, %zu told, %zu erasures told, views dropped after %d\n", run.cuts(),
              run.told(), run.erasures(), run.dropped());
}

TEST(StorePowerLoss, MutantWithoutSyncIsFound) {
  for (const SyncLies lies : kAllLies) {
    StorePowerLoss run({.cuts = 100, .lies = lies});
    run.Run();
    ASSERT_THAT(run.findings(), Not(IsEmpty())) << lies.files << lies.names;
    std::printf("after %d cuts: %s\n", run.cuts(), run.findings().front().c_str());
  }
}

}  // namespace
}  // namespace roster::storage
