// Text as people enter it (R2, R81).

#include "domain/text/text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace roster::domain {
namespace {

TEST(TextTest, Trim) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", ""},
      {"a", "a"},
      {" a", "a"},
      {"a ", "a"},
      {"\t\r\n\v\f a b \f\v\n\r\t", "a b"},
      {" \t\n", ""},
      {"\u00a0a\u3000b\u2003", "a\u3000b"},
      {"\ufeff\u200ba\u2060", "a"},
      {"\u200ea", "\u200ea"},  // a mark of direction is no blank
      {"\xff a\xc2", "\xff a\xc2"},
      {std::string(1, '\0') + "a", std::string(1, '\0') + "a"},
  };
  for (const auto& [text, trimmed] : table) EXPECT_EQ(Trim(text), trimmed) << text;
}

// R81, H3: what is one name, and what is not.
TEST(TextTest, Normalize_R81) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", ""},
      {" Ann@Example.COM ", "ann@example.com"},
      {"AZaz09[]@`{", "azaz09[]@`{"},
      {"a  b", "a b"},
      {"a \u00a0\u3000b", "a b"},
      {"ÄÖÜ", "äöü"},
      {"e\u0301", "\u00e9"},             // decomposed
      {"\u1112\u1161\u11ab", "\ud55c"},  // Hangul jamo
      {"Ａｎｎ１", "ann1"},              // full width
      {"ｶﾞ", "ガ"},                      // half width
      {"ﬁﬂ", "fifl"},                    // ligatures
      {"\u212a\u212b", "k\u00e5"},       // Kelvin, Ångström
      {"ßẞ", "ssss"},
      {"ΣΊΣΥΦΟΣ", "σίσυφοσ"},
      {"ς", "σ"},
      {"I", "i"},
      {"İ", "i\u0307"},  // Turkish letters keep apart from i
      {"ı", "ı"},
      {"\u1e9b\u0323", "\u1e69"},             // folded, then composed anew
      {"می\u200cخواهم", "میخواهم"},           // with the non-joiner or without
      {"\u00a0\u3000a\u2003b\u00a0", "a b"},  // blanks beyond ASCII
      {"\u0430dmin", "\u0430dmin"},           // Cyrillic а is no Latin a: see Skeleton
      {"\xff"
       "a",
       "\xff"
       "a"},
  };
  for (const auto& [text, normal] : table) EXPECT_EQ(Normalize(text), normal) << text;
}

std::string Utf8(char32_t c) {
  std::string text;
  if (c < 0x80) return std::string(1, static_cast<char>(c));
  const int tail = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  text.push_back(static_cast<char>((0xF00 >> tail) | (c >> (6 * tail))));
  for (int i = tail - 1; i >= 0; --i) {
    text.push_back(static_cast<char>(0x80 | ((c >> (6 * i)) & 0x3F)));
  }
  return text;
}

// A key made of a key is the key, or a name could be taken and free at once.
TEST(TextTest, NormalizeIsIdempotent_R81) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    for (const std::string& text : {Utf8(c), "a" + Utf8(c) + " e\u0301 "}) {
      const std::string normal = Normalize(text);
      ASSERT_EQ(Normalize(normal), normal) << static_cast<uint32_t>(c);
    }
  }
  rc::check([](const std::u32string& points) {
    std::string text;
    for (const char32_t c : points) text += Utf8(c % 0x3000 + 1);
    const std::string normal = Normalize(text);
    RC_ASSERT(Normalize(normal) == normal);
    RC_ASSERT(Normalize(text + " ") == normal);
  });
  rc::check(
      [](const std::string& bytes) { RC_ASSERT(Normalize(Normalize(bytes)) == Normalize(bytes)); });
}

struct AcceptableCase {
  std::string text;
  size_t max;
  bool lines;
  bool acceptable;
};

TEST(TextTest, WrongText) {
  const std::vector<AcceptableCase> table = {
      {"", 0, false, true},
      {"abc", 3, false, true},
      {"abcd", 3, false, false},
      {"äöü", 3, false, true},  // code points, not bytes
      {"漢字名", 3, false, true},
      {"😀😀😀", 3, false, true},
      {"😀😀😀😀", 3, false, false},
      {"a b", 9, false, true},
      {"a\nb", 9, false, false},
      {"a\tb", 9, false, false},
      {"a\r\nb\tc", 9, true, true},
      {"a\vb", 9, true, false},
      {std::string("a\0b", 3), 9, true, false},
      {"a\x7f", 9, true, false},
      {"a\u0085", 9, true, false},   // C1 control
      {"a\u202e", 9, true, false},   // right-to-left override
      {"a\u2028", 9, true, false},   // line separator
      {"a\ufeff", 9, false, false},  // byte order mark
      {"\xff", 9, false, false},
      {"\xc3", 9, false, false},          // cut off
      {"\xc0\x80", 9, false, false},      // overlong
      {"\xed\xa0\x80", 9, false, false},  // surrogate
      {"\xf4\x90\x80\x80", 9, false, false},
      {" ", 9, false, false},  // blanks alone
      {"\u00a0\u3000", 9, false, false},
      {"\u2800", 9, false, false},  // blank Braille
      {"\u3164", 9, false, false},  // Hangul filler
      {"\u00a0a", 9, false, true},
  };
  for (const auto& row : table) {
    EXPECT_EQ(WrongText(row.text, row.max, row.lines).empty(), row.acceptable)
        << row.text << " (" << row.text.size() << " bytes)";
  }
}

// H3: what nobody sees stands only where it changes what is seen.
TEST(TextTest, Invisible_R2) {
  const std::vector<std::pair<std::string, bool>> table =
      {
          {"a\u00adb", false},  // soft hyphen
          {"a\u034fb", false},  // grapheme joiner
          {"a\u200bb", false},  // zero-width space
          {"a\u2060b", false},  // word joiner
          {"a\u2029b", false},  // paragraph separator
          {"a\u200e", false},   // marks of direction
          {"a\u200f", false},        {"a\u061c", false},
          {"a\u202a", false},        {"a\u202d", false},
          {"a\u2066b\u2069", false}, {"a\U000e0041", false},  // tag
          {"a\ue000", false},                                 // private use
          {"a\U0010fffd", false},    {"a\ufdd0", false},      // noncharacters
          {"a\U0001ffff", false},    {"a\u0378", false},      // not assigned
          {"می\u200cخواهم", true},                            // the non-joiner as Persian needs it
          {"د\u200cر", false},                                // د does not join anyway
          {"ی\u064e\u200cر", true},                           // a vowel sign between
          {"a\u200cb", false},       {"a\u200db", false},
          {"क्\u200dष", true},  // after a virama
          {"क्\u200cष", true},        {"क\u200dष", false},
          {"ی\u200dر", false},  // the joiner between letters that join anyway
          {"\u200cی", false},        {"ی\u200c", false},
          {"👩\u200d💻", false},       // nor joined emoji
          {"☕\ufe0f", true},         // the coloured form
          {"葛\U000e0100城", true},  // as some families write it
          {"a\ufe0f", false},        {"1\ufe0f", false},
          {"\ufe0f", false},
      };
  for (const auto& [text, good] : table) EXPECT_EQ(WrongText(text, 9).empty(), good) << text;
}

// Stricter than other names: a user that may choose one could choose one that looks like another.
TEST(TextTest, UserNames_R81) {
  const std::vector<std::pair<std::string, bool>> table = {
      {"ann.smith_1", true},
      {"Ann Smith", true},
      {"käthe", true},
      {"иван.петров-7", true},
      {"Γιώργος", true},
      {"أحمد12", true},
      {"ahmet.ışık", true},
      {"İbrahim", true},
      {"한글abc", true},  // as Highly Restrictive has it
      {"山田taro", true},
      {"やまだタロー", true},
      {"می\u200cخواهم", true},
      {"ʻokina", true},
      {"иван@example.com", true},  // an email serves: each part is looked at alone
      {"иван@пример.com", true},
      {"иван@exаmple.com", false},
      {"p\u0430ypal", false},  // Cyrillic а
      {"αnn", false},
      {"ann\u0905", false},    // Latin with Devanagari: only Highly Restrictive refuses it
      {"أحمد1\u0662", false},  // digits of two kinds in one script
      {"𝐀дам", false},         // mathematical A is Latin too
      {"山田иван", false},
      {"ann\u0661\u0968", false},   // digits of two scripts
      {"n\u0303\u0303ino", false},  // one mark twice
      {"\u0301ann", false},
      {"葛\U000e0100城", false},
      {"a\u202eb", false},
      {"a\tb", false},
      {"", true},
  };
  for (const auto& [text, good] : table) EXPECT_EQ(WrongUserName(text, 64).empty(), good) << text;
  EXPECT_EQ(WrongUserName("äöü", 3), "");
  EXPECT_EQ(WrongUserName("äöüa", 3), "the text is longer than 3 characters");
}

// One sentence each; the API tests have those of user names and emails.
TEST(TextTest, SaysWhatIsWrong) {
  EXPECT_EQ(WrongText("abcd", 3), "the text is longer than 3 characters");
  EXPECT_EQ(WrongText("a\xc3(", 9), "the text is not UTF-8: see byte 2");
  EXPECT_EQ(WrongText("ä\u200bb", 9),
            "the text has a character that nobody sees, U+200B, as its character 2");
  EXPECT_EQ(WrongText("\u3000 ", 9), "the text is nothing but blanks");
  EXPECT_EQ(WrongText("ab\ufffd", 9),
            "a letter was lost on the way to this text: its character 3 is U+FFFD");
}

}  // namespace
}  // namespace roster::domain
