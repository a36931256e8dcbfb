// Emails: what is one, which are the same, which look alike (R2, R3, H3).

#include "domain/text/email.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/text/name.h"

namespace roster::domain {
namespace {

TEST(EmailTest, Emails_R2) {
  const std::string label(63, 'l');
  for (const std::string& text : std::vector<std::string>{
           "a@b.cd",
           "Ann.Smith+tag@mail.example.com",
           "!#$%&'*+/=?^_`{|}~-@example.com",
           "123@456.a89",
           "a@xn--mnchen-3ya.de",
           "käthe@münchen.de",
           "用户@例子.公司",
           "иван@пример.com",  // scripts differ, but not within a part
           "a@straße.de",
           "a@bücher。example",  // UTS 46 takes the ideographic stop for a dot
           "a@r3---b.example.com",
           "a@क्\u200dष.भारत",
           "Ａnn@example.com",
           "a-b@c-d.e-f",
           std::string(64, 'a') + "@example.com",
           "a@" + label + ".com",
           // 254 bytes: 2 + 3 · 64 + 60
           absl::StrCat("a@", label, ".", label, ".", label, ".", std::string(60, 'x')),
       }) {
    EXPECT_EQ(WrongEmail(text), "") << text;
  }
}

TEST(EmailTest, NoEmails_R2) {
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
           "a @b.cd",
           "a\u00a0@b.cd",
           "a\u00a8b@c.de",  // becomes a blank and a mark
           "a\uff20b@c.de",  // full-width @
           "a\u2024@b.cd",   // one dot leader
           "\u0301a@b.cd",
           std::string("a\0@b.cd", 7),
           std::string(65, 'a') + "@example.com",
           "a@" + label + "l.com",
           absl::StrCat("a@", label, ".", label, ".", label, ".", std::string(61, 'x')),
       }) {
    EXPECT_NE(WrongEmail(text), "") << text;
  }
}

// H3: domains that UTS 46 refuses, and parts that mix scripts.
TEST(EmailTest, InvalidParts_R2) {
  for (const std::string& text : std::vector<std::string>{
           "a@xn--zzzz.de",  // decodes to nothing
           "a@xn--a.de",
           "a@xn--bcher-kva.example.",
           "a@1b.אב",              // direction (RFC 5893)
           "a@葛\U000e0100城.jp",  // a selector that UTS 46 would drop
           "a@ü_b.de",
           "a@ab--ü.de",
           "a@-ü.de",
           "a@ü.\u0661a",
           "a@a\u200db.de",
           "a@bü\u00adcher.de",
           "a@bü\ufe0fcher.de",
           "a@\ue000.de",
           "p\u0430ul@example.com",  // Cyrillic а
           "paul@ex\u0430mple.com",
           "paul@xn--exmple-4nf.com",  // the same, as in the DNS
           absl::StrCat("a@", std::string(30, 'x'), "ü", std::string(30, 'y'), ".de"),
       }) {
    EXPECT_NE(WrongEmail(text), "") << text;
  }
}

// 165 bytes at most as entered, too long in the DNS: each label becomes one of 9 bytes.
TEST(EmailTest, LengthInTheDns_R2) {
  const std::string local(64, 'l');
  const auto domain = [](int labels) {
    std::string text = "de";
    for (int i = 0; i < labels; ++i) text = "aü." + text;
    return text;
  };
  EXPECT_EQ(WrongEmail(absl::StrCat(local, "@", domain(18))), "");
  EXPECT_NE(WrongEmail(absl::StrCat(local, "@", domain(20))), "");
}

TEST(EmailTest, Normalize_R3) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {" Ann@Example.COM ", "ann@example.com"},
      {"user@BÜCHER.example", "user@xn--bcher-kva.example"},
      {"user@xn--bcher-kva.example", "user@xn--bcher-kva.example"},
      {"user@XN--BCHER-KVA.Example", "user@xn--bcher-kva.example"},
      {"user@bu\u0308cher。example", "user@xn--bcher-kva.example"},
      {"a@Ｅxample.com", "a@example.com"},
      {"a@straße.de", "a@xn--strae-oqa.de"},  // two domains, and two owners
      {"a@strasse.de", "a@strasse.de"},
      {"Straße@b.cd", "strasse@b.cd"},
      {"KÄTHE@b.cd", "käthe@b.cd"},
      {"ka\u0308the@b.cd", "käthe@b.cd"},
      {"a+b.c@d.ef", "a+b.c@d.ef"},  // no provider's rules
      // No emails: whatever they are, the form is one and the same again.
      {"", ""},
      {"NOBODY", "nobody"},
      {"A@xn--zzzz.de", "a@xn--zzzz.de"},
      {"A@Ü_b.de", "a@ü_b.de"},
  };
  for (const auto& [text, normal] : table) {
    EXPECT_EQ(NormalizeEmail(text), normal) << text;
    EXPECT_EQ(NormalizeEmail(normal), normal) << text;
  }
}

TEST(EmailTest, Skeleton_R3) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"Ann1@Example.com", "ann1@example.com"},  // ASCII looks like itself only
      {"modem@example.com", "modem@example.com"},
      {"\u0441\u043e\u0440@example.com", "cop@example.com"},  // Cyrillic
      {"\u0421\u041e\u0420@example.com", "cop@example.com"},
      {"\u0391\u039d\u039d\u0391@x.org", "anna@x.org"},  // Greek capitals
      {"cop@\u0441\u043e\u0440.com", "cop@cop.com"},
      {"cop@xn--n1aeb.com", EmailSkeleton("cop@\u0441\u043e\u0440.com")},
      {"a@bücher.example", "a@bu\u0308cher.example"},
  };
  for (const auto& [text, skeleton] : table) EXPECT_EQ(EmailSkeleton(text), skeleton) << text;
}

TEST(EmailTest, Shown) {
  EXPECT_EQ(ShownEmail("Ann@Xn--Mller-KVA.de"), "ann@müller.de");
  EXPECT_EQ(ShownEmail("ann@MÜLLER.de"), "ann@müller.de");
  EXPECT_EQ(ShownEmail("ann@mü"), "ann@mü");
  EXPECT_EQ(ShownEmail("MÜLLER"), "müller");
  EXPECT_EQ(ShownEmail("ann@"), "ann@");
}

TEST(EmailTest, PlainOnesHaveOneForm) {
  for (const char* text :
       {"Ann1@Example.COM", " a b @ x  y ", "ann", "", "@", "a@b@c", "a-b@x-y.org"}) {
    ASSERT_TRUE(IsPlainEmail(text)) << text;
    EXPECT_EQ(EmailSkeleton(text), NormalizeEmail(text)) << text;
    EXPECT_EQ(SearchForm(ShownEmail(text)), NormalizeEmail(text)) << text;
  }
  for (const char* text : {"ann@XN--mller-kva.de", "\u0441\u043e\u0440@x.org", "ann@mü.de"}) {
    EXPECT_FALSE(IsPlainEmail(text)) << text;
  }
}

}  // namespace
}  // namespace roster::domain
