// Names of people: how they are sorted, and how they are found. Pure; thread-safe.

#ifndef ROSTER_DOMAIN_TEXT_NAME_H_
#define ROSTER_DOMAIN_TEXT_NAME_H_

#include <string>
#include <string_view>
#include <vector>

namespace roster::domain {

// Bytes in whose order names stand as people expect them: the root collation of CLDR (UTS 10), so
// Ä with A, small letters before capitals where nothing else differs, scripts one after the other.
// None of the bytes is 0.
std::string SortKey(std::string_view name);

// The form in which texts are searched: that of Normalize, of base letters alone, so that "jose"
// finds José, "muller" Müller, "strasse" Straße and "yildiz" Yıldız; apostrophes and hyphens of
// every kind are one. Marks that are letters of their own in a script, such as the vowels of
// Devanagari, stay. Total.
std::string SearchForm(std::string_view text);

// The name in that form from each of its words on, the whole name first: "ann smith", "smith". A
// word begins with a letter or digit after anything else; from the first kMostWords.
inline constexpr int kMostWords = 8;
std::vector<std::string> FromEachWord(std::string_view name);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_TEXT_NAME_H_
