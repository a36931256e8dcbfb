// The corpus of filters, and what comes of it when it is changed at random.

#include "tests/domain/list/filter_fuzz.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "domain/list/filter.h"
#include "domain/user/list/user_fields.h"

namespace roster::domain {
namespace {

constexpr int kMutations = 200'000;

std::vector<std::string> Corpus() {
  std::vector<std::string> corpus;
  for (const auto& entry : std::filesystem::directory_iterator(ROSTER_FILTER_CORPUS)) {
    std::ifstream file(entry.path(), std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  std::sort(corpus.begin(), corpus.end());  // the same order everywhere
  return corpus;
}

// One to four changes: a byte or a token in, some bytes out, a piece of another one in.
std::string Mutated(std::string text, const std::vector<std::string>& corpus,
                    std::mt19937_64& random) {
  static const char* const kTokens[] = {
      "(",     ")",    " AND ", " OR ", "NOT ",  "-",        "'",      "\"",
      "\\",    "*",    "=",     "!=",   ":",     "<=",       "status", "PENDING",
      "email", "role", "\t",    "true", "'smi'", "approved", "\u00e4", "2026-01-01"};
  for (size_t changes = random() % 4 + 1; changes-- > 0;) {
    const size_t at = random() % (text.size() + 1);
    switch (random() % 4) {
      case 0:
        text.insert(at, 1, static_cast<char>(random()));
        break;
      case 1:
        text.insert(at, kTokens[random() % std::size(kTokens)]);
        break;
      case 2:
        text.erase(at, random() % 6);
        break;
      default: {
        const std::string& other = corpus[random() % corpus.size()];
        text.insert(at, other.substr(random() % (other.size() + 1), random() % 30));
      }
    }
  }
  return text;
}

TEST(FilterFuzzTest, CorpusHolds) {
  const std::vector<std::string> corpus = Corpus();
  ASSERT_GT(corpus.size(), 30u);
  for (const std::string& text : corpus) EXPECT_EQ(WrongOfFilter(text), "") << text;
}

TEST(FilterFuzzTest, MutationsHold) {
  const std::vector<std::string> corpus = Corpus();
  std::mt19937_64 random(1);
  int parsed = 0;
  for (int i = 0; i < kMutations; ++i) {
    const std::string text = Mutated(corpus[random() % corpus.size()], corpus, random);
    ASSERT_EQ(WrongOfFilter(text), "") << text;
    parsed += Filter::Parse(UserFields(), text).ok() ? 1 : 0;
  }
  EXPECT_GT(parsed, kMutations / 20) << "else only refusals are looked at";
}

}  // namespace
}  // namespace roster::domain
