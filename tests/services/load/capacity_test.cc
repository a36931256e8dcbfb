// What bounds the calls under way: their number, what they hold, and the threads that some wait
// for.

#include "services/load/capacity.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/load/thread_pool.h"
#include "services/telemetry/refusal_log.h"

namespace roster::services {
namespace {

TEST(CapacityTest, BoundsCalls) {
  Capacity capacity({.calls = 2});
  std::optional<Permit> first(std::in_place, capacity);
  Permit second(capacity);
  Permit third(capacity);
  EXPECT_TRUE(first->Acquire());
  EXPECT_TRUE(second.Acquire());
  EXPECT_FALSE(third.Acquire());
  EXPECT_FALSE(third.acquired());
  third.Release();  // has nothing
  EXPECT_EQ(capacity.calls(), 2u);
  first.reset();
  EXPECT_TRUE(third.Acquire());
  second.Release();
  second.Release();
  EXPECT_EQ(capacity.calls(), 1u);
}

TEST(CapacityTest, BoundsBytes) {
  Capacity capacity({.calls = 10, .bytes = 100});
  Permit first(capacity);
  EXPECT_TRUE(first.Acquire(60));
  Permit second(capacity);
  EXPECT_TRUE(second.Acquire(30));
  second.AddBytes(500);  // its answer
  EXPECT_EQ(capacity.bytes(), 590u);
  Permit third(capacity);
  EXPECT_FALSE(third.Acquire(1));
  third.AddBytes(1000);
  EXPECT_EQ(capacity.bytes(), 590u);
  EXPECT_EQ(capacity.calls(), 2u);
  second.Release();
  EXPECT_TRUE(third.Acquire(1));
  EXPECT_EQ(capacity.bytes(), 61u);
}

TEST(WorkersTest, BeginsInOrderAndShedsWhatIsTooMuch) {
  std::promise<void> release;
  std::promise<void> began;
  std::vector<int> done;
  ThreadPool workers(1, 6);
  const auto add = [&](int number) {
    return workers.Run({}, [&done, number] { done.push_back(number); });
  };
  ASSERT_TRUE(workers.Run({}, [&] {
    began.set_value();
    release.get_future().wait();
  }));
  began.get_future().wait();
  EXPECT_TRUE(add(1));
  EXPECT_TRUE(add(2));
  EXPECT_FALSE(add(3));
  EXPECT_EQ(workers.waiting(), 2u);
  release.set_value();
  workers.Stop();
  EXPECT_EQ(done, (std::vector<int>{1, 2}));
  EXPECT_FALSE(add(4));
  workers.Stop();
}

// One caller gets a third, an account a half, and the next one finds room.
TEST(CapacityTest, AH4_NobodyHoldsMoreThanAShare) {
  Capacity capacity({.calls = 1000, .bytes = 3'000'000});
  std::vector<std::unique_ptr<Permit>> held;
  const auto take = [&](const char* account, const char* caller, size_t bytes) {
    size_t taken = 0;
    for (;; ++taken) {
      held.push_back(std::make_unique<Permit>(capacity));
      if (!held.back()->AcquireFor({account, caller}, bytes)) return taken;
    }
  };
  EXPECT_EQ(take("a", "a1", 1), 334u);
  EXPECT_EQ(take("a", "a2", 1), 111u);
  for (const char* caller : {"a3", "a4", "a5", "a6", "a7", "a8"}) take("a", caller, 1);
  EXPECT_LE(capacity.calls(), 500u);
  EXPECT_GE(take("b", "b1", 1), 160u);
  EXPECT_GE(take("c", "c1", 1), 50u);
  EXPECT_FALSE(capacity.full());
  held.clear();
  EXPECT_EQ(capacity.calls(), 0u);
  EXPECT_EQ(capacity.bytes(), 0u);
  EXPECT_EQ(take("a", "a1", 100'000), 10u);
  held.back()->AddBytes(0);
  EXPECT_GE(take("b", "b1", 100'000), 6u);
}

// What was forgotten of callers that hold nothing does not free what others hold.
TEST(CapacityTest, ManyCallersComeAndGo) {
  Capacity capacity({.calls = 10});
  Permit first(capacity);
  ASSERT_TRUE(first.AcquireFor({"a", "stays"}));
  for (int i = 0; i < 10'000; ++i) {
    Permit permit(capacity);
    ASSERT_TRUE(permit.AcquireFor({std::to_string(i % 7), std::to_string(i)}));
  }
  EXPECT_EQ(capacity.calls(), 1u);
  first.Release();
  EXPECT_EQ(capacity.calls(), 0u);
}

TEST(WorkersTest, AH4_AccountsTakeTurns) {
  std::promise<void> release;
  std::promise<void> began;
  std::string done;
  ThreadPool workers(1, 100);
  const auto add = [&](const char* account, const char* caller, char letter) {
    return workers.Run({account, caller}, [&done, letter] { done += letter; });
  };
  ASSERT_TRUE(workers.Run({}, [&] {
    began.set_value();
    release.get_future().wait();
  }));
  began.get_future().wait();
  while (add("a", "a1", 'x')) {
  }
  EXPECT_EQ(workers.waiting(), 34u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(add("a", "a2", 'y'));
    EXPECT_TRUE(add("b", "b1", 'b'));
  }
  release.set_value();
  workers.Stop();
  EXPECT_EQ(done.substr(0, 10), "xbybxbyxyx");
  EXPECT_EQ(done.size(), 40u);
}

TEST(RefusalLogTest, AH8_ManyRefusalsShareALine) {
  std::FILE* file = std::tmpfile();
  Logger logger(file, Level::kInfo);
  RefusalLog log(logger, "many", 2);
  const absl::Time start = absl::FromUnixSeconds(1'700'000'000);
  int lines = 0;
  for (int at_ms = 0; at_ms < 3000; at_ms += 100) {
    lines += log.Count(start + absl::Milliseconds(at_ms)) ? 1 : 0;
  }
  EXPECT_EQ(lines, 6);
  EXPECT_GT(std::ftell(file), 0);
  std::fclose(file);
}

TEST(ShedLogTest, TellsOnceASecond) {
  std::FILE* file = std::tmpfile();
  Logger logger(file, Level::kInfo);
  RefusalLog log(logger, "overloaded", 0);
  const absl::Time start = absl::FromUnixSeconds(1'700'000'000);
  for (const int at_ms : {0, 10, 999, 1000, 1001, 5000}) {
    log.Count(start + absl::Milliseconds(at_ms));
  }
  std::rewind(file);
  std::vector<std::string> told;
  char line[256];
  while (std::fgets(line, sizeof(line), file) != nullptr) {
    const std::string text(line);
    told.push_back(text.substr(text.find("\"level\"")));
  }
  std::fclose(file);
  const auto of = [](const char* calls) {
    return R"("level":"warning","message":"overloaded","refused_calls":)" + std::string(calls) +
           "}\n";
  };
  EXPECT_EQ(told, (std::vector<std::string>{of("1"), of("3"), of("2")}));
}

}  // namespace
}  // namespace roster::services
