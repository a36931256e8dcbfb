// Folding a log in layers, on several threads: the rows are those of one commit after the other,
// however the layers are cut.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "tests/domain/history.h"
#include "tests/storage/views/views_support.h"

namespace roster::storage {
namespace {

using event::v1::Commit;
using testing::HasSubstr;
using testing::Not;

constexpr size_t kCommits = 4'000;
constexpr size_t kNever = std::numeric_limits<size_t>::max();

// A log that can't be read from a position on.
class TornLog final : public Log {
 public:
  TornLog(const Log& log, Position torn) : log_(log), torn_(torn) {}

  const std::string& id() const override { return log_.id(); }
  Position head() const override { return log_.head(); }
  LogTail tail() const override { return log_.tail(); }
  absl::Status Append(Position, std::vector<Commit>&) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<std::vector<Commit>> Read(Position from, size_t limit) const override {
    if (from >= torn_) return absl::DataLossError("torn");
    return log_.Read(from, std::min<size_t>(limit, torn_ - from));
  }
  bool Await(Position position, absl::Duration timeout) const override {
    return log_.Await(position, timeout);
  }

 private:
  const Log& log_;
  const Position torn_;
};

class ViewsCatchUpTest : public ViewsTest {
 protected:
  void SetUp() override {
    domain::History history(7);
    std::vector<Commit> commits = history.Take(kCommits);
    for (Commit& commit : commits) SealAsItIs(commit);
    ASSERT_THAT(log_.Append(0, commits), IsOk());
    // About 50 layers that are applied ten times.
    options_.fold = {.layer_bytes = 200 << 10, .applied_bytes = 1 << 20};
    options_.ingest_bytes = 1;
  }
};

TEST_F(ViewsCatchUpTest, MakeTheSameRowsInManyLayersWrittenAsFiles) {
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  EXPECT_EQ(views->Latest()->position(), kCommits);
  EXPECT_EQ(Dump(*views->Latest()) == Folded(), true);
}

TEST_F(ViewsCatchUpTest, MakeTheSameRowsInManyLayersWrittenToMemory) {
  options_.ingest_bytes = kNever;
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  EXPECT_EQ(views->Latest()->position(), kCommits);
  EXPECT_EQ(Dump(*views->Latest()) == Folded(), true);
}

TEST_F(ViewsCatchUpTest, MakeTheSameRowsInOneLayer) {
  options_.fold = {.layer_bytes = kNever, .applied_bytes = kNever};
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  EXPECT_EQ(Dump(*views->Latest()) == Folded(), true);
}

TEST_F(ViewsCatchUpTest, GoOnWhereTheyWereCutOff) {
  options_.directory = path_;
  const TornLog torn(log_, 2'500);
  EXPECT_THAT(OpenViews(options_, torn, *vault_, std::ref(said_)),
              Fails(absl::StatusCode::kDataLoss, "torn"));
  const std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  EXPECT_THAT(said_.text(), Not(HasSubstr("dropped")));
  EXPECT_THAT(said_.text(), Not(HasSubstr("folded 4000 commits")));
  EXPECT_EQ(Dump(*views->Latest()) == Folded(), true);
}

}  // namespace
}  // namespace roster::storage
