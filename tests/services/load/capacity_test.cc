// What bounds the calls under way: their number, what they hold, and the threads that some wait
// for.

#include "services/load/capacity.h"

#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <string>
#include <vector>

#include "services/load/thread_pool.h"
#include "services/telemetry/overload_log.h"

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
  ThreadPool workers(1, 2);
  const auto add = [&](int number) {
    return workers.Run([&done, number] { done.push_back(number); });
  };
  ASSERT_TRUE(workers.Run([&] {
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

TEST(ShedLogTest, TellsOnceASecond) {
  std::FILE* file = std::tmpfile();
  Logger logger(file, Level::kInfo);
  OverloadLog log(logger);
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
