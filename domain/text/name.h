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

// The name in comparison form (Normalize) from each of its words on, the whole name first: "ann
// smith", "smith". A word begins after a blank or a hyphen; from the first kMostWords.
inline constexpr int kMostWords = 8;
std::vector<std::string> FromEachWord(std::string_view name);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_TEXT_NAME_H_
