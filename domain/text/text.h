// Text as people enter it: trimming, comparison form, and what is acceptable in which field. What
// was entered is kept and shown; the forms serve comparison alone. Pure; thread-safe.

#ifndef ROSTER_DOMAIN_TEXT_TEXT_H_
#define ROSTER_DOMAIN_TEXT_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace roster::domain {

// Without the blanks of every kind, tabs, line ends, zero-width spaces, word joiners and byte order
// marks around it.
std::string Trim(std::string_view text);

// The form in which user names, local parts of emails and names of roles are compared and kept
// unique: NFKC_Casefold (UAX 31 §5.1), trimmed, with one space for a run of blanks. One are: upper
// and lower case, composed and decomposed, full and half width, ligatures and their letters, ß and
// ss, σ and ς, with joiners and without. Turkish is folded like any language: I is i, ı is neither,
// İ is i with a dot above. Total: bytes that are no UTF-8 stay as they are.
std::string Normalize(std::string_view text);

// What is wrong with a text, as a sentence; empty where nothing is. Good is valid UTF-8 of at most
// `max_code_points`, all of them visible (IsVisible in characters.h), none of them U+FFFD, and not
// all of them blanks; with `lines`, line ends and tabs are let through. Empty text is good.
std::string WrongText(std::string_view text, size_t max_code_points, bool lines = false);

// The same of a user name, which moreover has no variation selectors, does not begin with a
// combining mark, and does not mix scripts (MixesScripts in confusable.h). Where it has the form of
// an email, the local part and each label of the domain are looked at alone.
std::string WrongUserName(std::string_view text, size_t max_code_points);

// The version of the tables that all of this comes from. Another one may make other forms of the
// same text.
std::string TextVersion();

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_TEXT_TEXT_H_
