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
      {"copa", "сора"},  // Cyrillic
      {"ANNA", "ΑΝΝΑ"},  // Greek
      {"AHHA", "АННА"},  // Cyrillic
      {"scope", "ѕсоре"},         {"irmak", "ırmak"}, {"o'neill", "o’neill"}, {"a-b", "a‐b"},
      {"a b", "a\u00a0b"},        {"abc", "ａｂｃ"},  {"Ann", " ANN "},       {"pau1", "pau①"},
      {"admin", "admi\u0307n"},  // the dot hides in that of the letter
      {"\u0456", "\u0456\u0307"},
  };
  for (const auto& [one, other] : table) EXPECT_EQ(Skeleton(one), Skeleton(other)) << other;
}

TEST(ConfusableTest, LookDifferent_R81) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"paul", "paui"},    {"ann", "anna"}, {"ann1", "ann2"}, {"иван", "иваn"},
      {"анна", "anna"},    {"é", "e"},      {"", "a"},        {"paul", "PauI"},
      {"modem", "modern"}, {"bob", "b0b"},  // ASCII alone
      {"a\u0307n", "an"},                   // no letter with a dot
  };
  for (const auto& [one, other] : table) EXPECT_NE(Skeleton(one), Skeleton(other)) << other;
}

TEST(ConfusableTest, ForeignLettersAlone_R3) {
  EXPECT_EQ(Skeleton("m0dem1 сора"), "m0dem1 copa");
  EXPECT_EQ(Skeleton("Ann"), "ann");
  EXPECT_EQ(Skeleton("СОРА"), "copa");
  EXPECT_EQ(Skeleton("stra\u00dfe"), Skeleton("Stra\u00dfe"));
  EXPECT_NE(Skeleton("stra\u00dfe"), Skeleton("strasse"));
  rc::check([](const std::string& text) { (void)Skeleton(text); });  // total
}

}  // namespace
}  // namespace roster::domain
