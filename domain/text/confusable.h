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

// Texts of one skeleton look alike through letters beyond ASCII (UTS 39 §4). An ASCII text looks
// like itself only, because ASCII is what people type: "thorn" and "thom" are two names. Case is
// folded last and of ASCII alone, because people see what was entered, and ß, which is no case of
// ss in a domain, does not look like ss. A dot above an i or j is left out: the letter has one.
std::string Skeleton(std::string_view text);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_TEXT_CONFUSABLE_H_
