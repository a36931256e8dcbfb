#include "storage/pipeline/commit_clock.h"

#include <gtest/gtest.h>

#include <string>

#include "domain/base/refusal.h"

namespace roster::storage {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

class CommitClockTest : public testing::Test {
 protected:
  // Lets time pass, which the clock shows.
  void Pass(absl::Duration by) {
    wall_ += by;
    uptime_ += by;
  }
  // Sets the clock, ahead or back.
  void Jump(absl::Duration by) { wall_ += by; }

  // "OK", or the reason.
  std::string After(absl::Time last) {
    const absl::StatusOr<absl::Time> time = clock_.After(last);
    return time.ok() ? "OK" : std::string(domain::ReasonOf(time.status()));
  }

  absl::Time wall_ = kStart;
  absl::Duration uptime_ = absl::Seconds(7);
  CommitClock clock_{[this] { return wall_; }, [this] { return uptime_; }};
};

TEST_F(CommitClockTest, ShowsTheWallClockInWholeNanosecondsAndNeverBeforeTheLast) {
  Jump(absl::Nanoseconds(10) + absl::Nanoseconds(1) / 4);
  EXPECT_EQ(*clock_.After(kStart), kStart + absl::Nanoseconds(10));
  EXPECT_EQ(*clock_.After(kStart + absl::Seconds(5)), kStart + absl::Seconds(5));
  EXPECT_EQ(After(kStart + absl::Seconds(6)), "CLOCK_BEHIND");
}

TEST_F(CommitClockTest, AM1IsNotBelievedAfterAJumpAheadUntilItIsBack) {
  EXPECT_EQ(After(kStart), "OK");
  Jump(absl::Hours(24 * 30));
  EXPECT_EQ(After(kStart), "CLOCK_AHEAD");
  Pass(absl::Hours(100));
  EXPECT_EQ(After(kStart), "CLOCK_AHEAD") << "time that passes heals nothing";
  Jump(-absl::Hours(24 * 30));
  EXPECT_EQ(*clock_.After(kStart), kStart + absl::Hours(100));
}

TEST_F(CommitClockTest, MayJumpAnHourAndStandStillForAYear) {
  EXPECT_EQ(After(kStart), "OK");
  Jump(absl::Hours(1));
  EXPECT_EQ(After(kStart), "OK");
  Jump(absl::Hours(1) + absl::Nanoseconds(1));
  EXPECT_EQ(After(kStart), "CLOCK_AHEAD");
  Jump(-absl::Nanoseconds(1));
  EXPECT_EQ(After(kStart), "OK") << "an hour is counted from what was believed last";
  Pass(absl::Hours(24 * 365));
  EXPECT_EQ(After(kStart), "OK");
}

// A machine without a clock of its own starts in 1970, until it has asked the network.
TEST_F(CommitClockTest, BelievesNothingThatWasBehindTheLog) {
  wall_ = absl::UnixEpoch();
  EXPECT_EQ(After(kStart), "CLOCK_BEHIND");
  wall_ = kStart;
  EXPECT_EQ(After(kStart), "OK");
}

TEST_F(CommitClockTest, TheUptimeIsOfTheMachineAndRuns) {
  const absl::Duration before = Uptime();
  EXPECT_GT(before, absl::ZeroDuration());
  EXPECT_GE(Uptime(), before);
}

}  // namespace
}  // namespace roster::storage
