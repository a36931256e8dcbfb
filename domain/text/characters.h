// Characters of text, by the properties that Unicode gives them. Pure.

#ifndef ROSTER_DOMAIN_TEXT_CHARACTERS_H_
#define ROSTER_DOMAIN_TEXT_CHARACTERS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roster::domain {

bool IsAscii(std::string_view text);

// The code points of valid UTF-8; nothing for any other bytes.
std::optional<std::u32string> CodePoints(std::string_view text);

// Where the bytes that are valid UTF-8 end; the size of the text where all are.
size_t Utf8End(std::string_view text);

// The names of the scripts that characters of the text belong to, such as "Latin", each once, in
// their order. Characters that several scripts share belong to none.
std::vector<std::string> ScriptsOf(const std::u32string& text);

// Whether the code point at this place is one that a reader sees, or that changes what is seen of
// those beside it. Never: controls, separators of lines, what sets the direction of text, invisible
// and blank characters other than spaces, tags, surrogates, noncharacters, private use, and what
// this version of Unicode has not assigned. In some places:
// - a joiner (U+200C, U+200D) where RFC 5892 A.1 and A.2 (CONTEXTJ) let it stand: after a virama,
//   and the non-joiner between letters that would join; not in sequences of emoji;
// - a variation selector after an ideograph or an emoji.
bool IsVisible(const std::u32string& text, size_t at);

bool IsVariationSelector(char32_t c);
bool IsMark(char32_t c);
bool IsBlank(char32_t c);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_TEXT_CHARACTERS_H_
