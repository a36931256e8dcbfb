// Text as people enter it (R2, R81).

#include "domain/text/text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

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
      {"\u00a0a", "\u00a0a"},  // blanks beyond ASCII stay
      {std::string(1, '\0') + "a", std::string(1, '\0') + "a"},
  };
  for (const auto& [text, trimmed] : table) EXPECT_EQ(Trim(text), trimmed) << text;
}

// R81: the form in which names are unique folds ASCII case and blanks around, nothing else.
TEST(TextTest, Normalize_R81) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {" Ann@Example.COM ", "ann@example.com"},
      {"AZaz09[]@`{", "azaz09[]@`{"},
      {"a  b", "a  b"},
      {"ÄÖÜ", "ÄÖÜ"},
      {"İ", "İ"},
      {"ß", "ß"},
      {"Ａ", "Ａ"},                  // full width
      {"e\u0301", "e\u0301"},        // not composed
      {"\u0430dmin", "\u0430dmin"},  // Cyrillic а is no Latin a
      {"", ""},
  };
  for (const auto& [text, normal] : table) EXPECT_EQ(Normalize(text), normal) << text;
}

struct AcceptableCase {
  std::string text;
  size_t max;
  bool lines;
  bool acceptable;
};

TEST(TextTest, IsAcceptable) {
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
      {"a\u200cb", 9, false, true},  // a joiner, as Persian names need
      {"a\u202e", 9, true, false},   // right-to-left override
      {"a\u2028", 9, true, false},   // line separator
      {"a\ufeff", 9, false, false},  // byte order mark
      {"\xff", 9, false, false},
      {"\xc3", 9, false, false},          // cut off
      {"\xc0\x80", 9, false, false},      // overlong
      {"\xed\xa0\x80", 9, false, false},  // surrogate
      {"\xf4\x90\x80\x80", 9, false, false},
  };
  for (const auto& row : table) {
    EXPECT_EQ(IsAcceptable(row.text, row.max, row.lines), row.acceptable)
        << row.text << " (" << row.text.size() << " bytes)";
  }
}

TEST(TextTest, Emails_R2) {
  const std::string label(63, 'l');
  for (const std::string& text : std::vector<std::string>{
           "a@b.cd",
           "Ann.Smith+tag@mail.example.com",
           "!#$%&'*+/=?^_`{|}~-@example.com",
           "123@456.789",
           "a@xn--mnchen-3ya.de",
           "käthe@münchen.de",
           "用户@例子.公司",
           "a-b@c-d.e-f",
           std::string(64, 'a') + "@example.com",
           "a@" + label + ".com",
           // 254 bytes: 2 + 3 · 64 + 60
           absl::StrCat("a@", label, ".", label, ".", label, ".", std::string(60, 'x')),
       }) {
    EXPECT_TRUE(IsEmail(text)) << text;
  }
}

TEST(TextTest, NoEmails_R2) {
  const std::string label(63, 'l');
  for (const std::string& text : std::vector<std::string>{
           "",
           "@",
           "a",
           "a@",
           "@b.cd",
           "a@b",
           "a@b@c.de",
           "a@b..cd",
           "a@.b.cd",
           "a@b.cd.",
           ".a@b.cd",
           "a.@b.cd",
           "a..b@c.de",
           "a b@c.de",
           "a@b c.de",
           " a@b.cd",
           "a@b.cd ",
           "a@-b.cd",
           "a@b-.cd",
           "a@b_c.de",
           "a@[127.0.0.1]",
           "\"a b\"@c.de",
           "Ann <a@b.cd>",
           "a,b@c.de",
           "a(b)@c.de",
           "a\n@b.cd",
           "a@b.c\xff",
           "a\u200b@b.cd",
           std::string("a\0@b.cd", 7),
           std::string(65, 'a') + "@example.com",
           "a@" + label + "l.com",
           absl::StrCat("a@", label, ".", label, ".", label, ".", std::string(61, 'x')),
       }) {
    EXPECT_FALSE(IsEmail(text)) << text;
  }
}

}  // namespace
}  // namespace roster::domain
