// What looks like something else (UTS 39). Pure; thread-safe.

#ifndef ROSTER_DOMAIN_TEXT_CONFUSABLE_H_
#define ROSTER_DOMAIN_TEXT_CONFUSABLE_H_

#include <string>
#include <string_view>

namespace roster::domain {

// Whether scripts are mixed beyond the level Highly Restrictive (UTS 39 §5.2: one script, or Latin
// with those that write Japanese, Chinese or Korean), digits of several scripts are, or one mark
// stands twice on a letter. Takes text in comparison form; characters that all scripts share
// (digits, punctuation, symbols) are not restricted.
bool MixesScripts(std::string_view normal);

// Texts of one skeleton look alike (UTS 39 §4): the skeleton of the text as it was entered, then
// normalised. Case is folded last, because people see what was entered: "PauI" looks like "Paul",
// "paui" does not.
std::string Skeleton(std::string_view text);

// The same, of characters beyond ASCII alone, with the case of ASCII folded: an ASCII text looks
// like itself only, and ß, which is no case of ss in a domain, not like ss.
std::string ForeignSkeleton(std::string_view text);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_TEXT_CONFUSABLE_H_
