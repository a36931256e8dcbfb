// How names are found (R30, R34).

#include "domain/text/name.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "domain/text/text.h"

namespace roster::domain {
namespace {

using Texts = std::vector<std::string>;

TEST(NameTest, C44C45SearchesCompareBaseLetters) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"José", "jose"},
      {"Müller", "muller"},
      {"Nguyễn", "nguyen"},
      {"Νίκος", "νικοσ"},
      {"νικος", "νικοσ"},
      {"Пётр", "петр"},
      {"Strauß", "strauss"},
      {"Øresund Łódź Đà Þór Æsir Œuvre", "oresund lodz da thor aesir oeuvre"},
      {"İbrahim Yıldız", "ibrahim yildiz"},
      {"İBRAHİM YILDIZ", "ibrahim yildiz"},
      {"O’Connor O\u02bcConnor O`C", "o'connor o'connor o`c"},
      {"Smith‐Jones Smith–Jones", "smith-jones smith-jones"},
      {"हिन्दी", "हिन्दी"},  // its vowels are letters
      {"한글", "한글"},
      {"ann", "ann"},
      {"\xff"
       "a",
       "\xff"
       "a"},
  };
  for (const auto& [text, form] : table) {
    EXPECT_EQ(SearchForm(text), form) << text;
    EXPECT_EQ(SearchForm(form), form) << text;
  }
  rc::check(
      [](const std::string& text) { RC_ASSERT(Normalize(SearchForm(text)) == SearchForm(text)); });
}

TEST(NameTest, C48WordsBeginAfterAnythingElse) {
  EXPECT_EQ(FromEachWord("Ann  Smith-Jones"), (Texts{"ann smith-jones", "smith-jones", "jones"}));
  EXPECT_EQ(FromEachWord("Dan O’Connor"), (Texts{"dan o'connor", "o'connor", "connor"}));
  EXPECT_EQ(FromEachWord("(Bob) Lee/Kim"),
            (Texts{"(bob) lee/kim", "bob) lee/kim", "lee/kim", "kim"}));
  EXPECT_EQ(FromEachWord("हिन्दी ना"), (Texts{"हिन्दी ना", "ना"}));
  EXPECT_EQ(FromEachWord("a b c d e f g h i j").size(), 8U);
  EXPECT_EQ(FromEachWord(""), Texts());
}

TEST(NameTest, SearchFormMayBeMadeByManyThreads) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int turn = 0; turn < 200; ++turn) EXPECT_EQ(SearchForm("José Müller"), "jose muller");
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace roster::domain
