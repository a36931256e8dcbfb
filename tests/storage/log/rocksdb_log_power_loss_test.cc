// A log and its checkpoint on a disk that loses its power: whatever was acknowledged is there
// afterwards, and nothing half.
//
// ROSTER_TEST_NO_SYNC=1 makes the disk lie about every sync, and the test must turn red.

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/log/checkpoint.h"
#include "storage/log/log_check.h"
#include "storage/log/rocksdb_log.h"
#include "tests/storage/disk/power_loss.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

using event::v1::Commit;
using testing::IsEmpty;
using testing::Not;

constexpr char kLog[] = "/log";
constexpr char kCheckpoint[] = "/checkpoint";

struct RunOptions {
  int generations = 1;  // each goes on with what a power loss of the one before has left
  int cuts = 1;         // power losses tried in a generation
  Tearing tearing = Tearing::kInOrder;
  SyncLies lies;
};

// Writes a log, cuts the power at many points of that, and looks at what is left.
class PowerLossRun {
 public:
  explicit PowerLossRun(RunOptions options) : options_(options), random_(options.generations) {}

  void Run() {
    base_.directories = {"/"};
    acknowledged_ = {{0, LogTail()}};
    for (int generation = 0; generation < options_.generations; ++generation) {
      Write(generation);
      if (!findings_.empty() || !Cut()) return;
    }
  }

  // What is wrong, each with where it was; empty when all is well.
  const std::vector<std::string>& findings() const { return findings_; }
  int cuts() const { return cuts_; }
  // Power losses after which the log was refused. Only when torn in any order.
  int refused() const { return refused_; }

 private:
  // How many operations the disk had done when this was known to be durable.
  struct Acknowledged {
    size_t operations;
    LogTail tail;
  };

  void Write(int generation);
  void Append(Log& log);
  bool Cut();
  void Look(size_t cut, const DiskImage& image);
  void LookAtLog(const std::string& where, size_t cut, PowerLossEnv& disk);
  void Find(const std::string& where, const std::string& what) {
    findings_.push_back(absl::StrCat(where, ": ", what));
  }

  const RunOptions options_;
  std::mt19937_64 random_;
  DiskImage base_;  // before the generation
  std::optional<PowerLossEnv> disk_;
  size_t first_cut_ = 0;
  std::vector<Acknowledged> acknowledged_;
  std::vector<Acknowledged>
      checkpoints_;  // written inline, because a Checkpointer writes at any time
  std::vector<std::string> findings_;
  int cuts_ = 0;
  int refused_ = 0;
};

void PowerLossRun::Append(Log& log) {
  // Mostly some hundred bytes, sometimes over several sectors, rarely over several blocks of the
  // write-ahead log.
  const size_t most = random_() % 12 == 0 ? 40'000 : random_() % 3 == 0 ? 3'000 : 100;
  std::vector<Commit> commits;
  for (uint64_t count = 1 + random_() % 3; count > 0; --count) {
    commits.push_back(UserCommit("a1", absl::StrCat("u", log.head(), "-", count)));
    commits.back().set_cause(std::string(random_() % most, 'x'));
  }
  const absl::Status status = log.Append(log.head(), commits);
  if (!status.ok()) Find("append", status.ToString());
  acknowledged_.push_back({disk_->files->operation_count(), log.tail()});
}

void PowerLossRun::Write(int generation) {
  disk_.emplace(base_);
  const RocksDbLogOptions options{.env = disk_->env.get()};
  absl::StatusOr<std::unique_ptr<Log>> log =
      generation == 0 ? CreateRocksDbLog(kLog, options) : OpenRocksDbLog(kLog, options);
  if (!log.ok()) return Find("open", log.status().ToString());
  if (generation == 0) {
    (void)disk_->files->SyncNames("/");  // as the caller of CreateRocksDbLog must
    first_cut_ = disk_->files->operation_count();
  } else {
    first_cut_ = 0;
  }
  disk_->files->Lie(options_.lies);  // not before, for half a creation is found by anyone
  acknowledged_ = {{first_cut_, (*log)->tail()}};
  checkpoints_.clear();
  std::unique_ptr<Checkpointer> follower;
  if (generation % 2 == 1) {
    follower = std::make_unique<Checkpointer>(
        **log, CheckpointerOptions{.path = kCheckpoint,
                                   .env = disk_->env.get(),
                                   .interval = absl::Microseconds(100),
                                   .on_error = nullptr});
  }
  for (int i = 0; i < 25; ++i) {
    Append(**log);
    if (follower != nullptr || i % 4 != 0) continue;
    const absl::Status status = WriteCheckpoint(kCheckpoint, CheckpointOf(**log), options.env);
    if (!status.ok()) Find("checkpoint", status.ToString());
    checkpoints_.push_back({disk_->files->operation_count(), (*log)->tail()});
  }
}

// Returns whether there is something left to go on with.
bool PowerLossRun::Cut() {
  const std::vector<DiskOperation> operations = disk_->files->operations();
  std::vector<size_t> cuts(options_.cuts);
  for (size_t& cut : cuts) cut = first_cut_ + random_() % (operations.size() + 1 - first_cut_);
  std::sort(cuts.begin(), cuts.end());
  const size_t survivor = random_() % cuts.size();
  Disk disk(base_);
  DiskImage next;
  size_t done = 0;
  for (size_t i = 0; i < cuts.size(); ++i) {
    for (; done < cuts[i]; ++done) disk.Follow(operations[done]);
    const uint64_t seed = random_();
    Look(cuts[i], disk.LosePower(seed, options_.tearing));
    if (i == survivor) next = disk.LosePower(seed, Tearing::kInOrder);
    if (findings_.size() >= 5) return false;
  }
  base_ = std::move(next);
  return true;
}

void PowerLossRun::Look(size_t cut, const DiskImage& image) {
  ++cuts_;
  const std::string where = absl::StrCat("cut ", cuts_, " after ", cut, " operations");
  PowerLossEnv disk(image);
  const absl::StatusOr<Checkpoint> checkpoint = ReadCheckpoint(kCheckpoint, disk.env.get());
  Position at_least = 0;
  for (const Acknowledged& written : checkpoints_) {
    if (written.operations <= cut) at_least = written.tail.head;
  }
  if (!checkpoint.ok() && (at_least > 0 || !absl::IsNotFound(checkpoint.status()))) {
    return Find(where, checkpoint.status().ToString());
  }
  if (checkpoint.ok() && checkpoint->position < at_least) {
    return Find(where,
                absl::StrCat("the checkpoint is at ", checkpoint->position, ", not at ", at_least));
  }
  NamedCheckpoint named{kCheckpoint, checkpoint.ok() ? *checkpoint : Checkpoint()};
  const absl::Status checked =
      CheckRocksDbLog(kLog, checkpoint.ok() ? &named : nullptr, {.env = disk.env.get()});
  if (disk.files->operation_count() > 0) return Find(where, "the check changed something");
  if (options_.tearing == Tearing::kAnyOrder && absl::IsDataLoss(checked)) {
    ++refused_;
    return;
  }
  if (!checked.ok()) return Find(where, checked.ToString());
  LookAtLog(where, cut, disk);
}

void PowerLossRun::LookAtLog(const std::string& where, size_t cut, PowerLossEnv& disk) {
  absl::StatusOr<std::unique_ptr<Log>> log = OpenRocksDbLog(kLog, {.env = disk.env.get()});
  if (!log.ok()) return Find(where, log.status().ToString());
  // What was acknowledged, or also what was being written: the chain of hashes says that it is the
  // same from the first record on.
  const LogTail tail = (*log)->tail();
  auto next = acknowledged_.begin() + 1;
  while (next != acknowledged_.end() && next->operations <= cut) ++next;
  const LogTail& least = (next - 1)->tail;
  const bool as_acknowledged = tail.head == least.head && tail.hash == least.hash;
  const bool with_the_next =
      next != acknowledged_.end() && tail.head == next->tail.head && tail.hash == next->tail.hash;
  if (!as_acknowledged && !with_the_next) {
    return Find(where, absl::StrCat("ends at ", tail.head, ", acknowledged: ", least.head));
  }
  const absl::StatusOr<std::vector<Commit>> commits = (*log)->Read(1, tail.head);
  if (!commits.ok()) return Find(where, commits.status().ToString());
  if (commits->size() != tail.head) return Find(where, "records are missing");
  std::vector<Commit> more = {UserCommit("a1", "later")};
  const absl::Status appended = (*log)->Append(tail.head, more);
  if (!appended.ok()) return Find(where, appended.ToString());
}

TEST(PowerLoss, LosesNothingThatWasAcknowledged) {
  PowerLossRun run({.generations = 8, .cuts = 150, .lies = LiesAskedFor()});
  run.Run();
  EXPECT_THAT(run.findings(), IsEmpty());
  EXPECT_EQ(run.cuts(), 1200);
}

// A disk that writes the sectors of a growing file in any order can leave a hole before the end.
// RocksDB can't tell it from a flipped bit in a record that was acknowledged, so the log is
// refused: that is allowed here, and nothing else.
TEST(PowerLoss, LosesNothingSilentlyWhenSectorsAreWrittenInAnyOrder) {
  PowerLossRun run({.generations = 2, .cuts = 150, .tearing = Tearing::kAnyOrder});
  run.Run();
  EXPECT_THAT(run.findings(), IsEmpty());
  EXPECT_EQ(run.cuts(), 300);
  EXPECT_LT(run.refused(), run.cuts() / 2);
  RecordProperty("refused", run.refused());
}

TEST(PowerLoss, MutantWithoutSyncIsFound) {
  for (const SyncLies lies : kAllLies) {
    PowerLossRun run({.cuts = 250, .lies = lies});
    run.Run();
    EXPECT_THAT(run.findings(), Not(IsEmpty())) << lies.files << lies.names;
  }
}

}  // namespace
}  // namespace roster::storage
