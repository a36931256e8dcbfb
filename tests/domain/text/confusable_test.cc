// What looks alike (R81, H3).

#include "domain/text/confusable.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <utility>
#include <vector>

#include "domain/text/text.h"

namespace roster::domain {
namespace {

TEST(ConfusableTest, LookAlike_R81) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"paul", "PauI"},                     // capital i
      {"paul", "pau1"},                     // one
      {"paul", "pau|"},    {"bob", "b0b"},  // zero
      {"paul", "pau①"},                     // one name with pau1
      {"modem", "modern"},                  // r n
      {"copa", "сора"},                     // Cyrillic
      {"ANNA", "ΑΝΝΑ"},                     // Greek
      {"AHHA", "АННА"},                     // Cyrillic
      {"scope", "ѕсоре"},  {"irmak", "ırmak"}, {"o'neill", "o’neill"}, {"a-b", "a‐b"},
      {"a b", "a\u00a0b"}, {"abc", "ａｂｃ"},  {"Ann", " ANN "},
  };
  for (const auto& [one, other] : table) EXPECT_EQ(Skeleton(one), Skeleton(other)) << other;
}

TEST(ConfusableTest, LookDifferent_R81) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"paul", "paui"},  // seen as entered, it is no l
      {"ann", "anna"},  {"ann1", "ann2"}, {"иван", "иваn"}, {"анна", "anna"}, {"é", "e"}, {"", "a"},
  };
  for (const auto& [one, other] : table) EXPECT_NE(Skeleton(one), Skeleton(other)) << other;
}

// ASCII goes a way of its own; it comes to the same as beside a letter that takes the other one.
TEST(ConfusableTest, AsciiIsNoOtherRule_R81) {
  const std::string other = "я";
  const std::string seen = Skeleton(other);
  for (char c = 0x21; c < 0x7F; ++c) {
    EXPECT_EQ(Skeleton(other + c + "x" + other), seen + Skeleton(std::string{c, 'x'}) + seen) << c;
  }
  EXPECT_EQ(Skeleton("A b\tC"), "a b\tc");
  rc::check([](const std::string& text) {
    RC_ASSERT(Normalize(Skeleton(text)) == Skeleton(text));  // total, and a form of its own
  });
}

TEST(ConfusableTest, ForeignAlone_R3) {
  EXPECT_EQ(ForeignSkeleton("m0dem1 сора"), "m0dem1 copa");
  EXPECT_EQ(ForeignSkeleton("Ann"), "ann");
  EXPECT_EQ(ForeignSkeleton("СОРА"), "copa");
}

}  // namespace
}  // namespace roster::domain
