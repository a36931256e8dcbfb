// Text as people enter it: trimming, comparison form, and what is acceptable in which field. Pure.

#ifndef ROSTER_DOMAIN_TEXT_TEXT_H_
#define ROSTER_DOMAIN_TEXT_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace roster::domain {

// Without the ASCII blanks, tabs and line ends around it.
std::string Trim(std::string_view text);

// The form in which emails, user names and role names are compared and kept unique: trimmed, ASCII
// lower case.
std::string Normalize(std::string_view text);

// Whether the text is valid UTF-8 of at most `max_code_points` without control characters; with
// `lines`, line ends and tabs are let through.
bool IsAcceptable(std::string_view text, size_t max_code_points, bool lines = false);

// Whether the text has the form of an email address: one @, a local part of at most 64 bytes, a
// domain of at least two labels, at most 254 bytes in all (RFC 5321 §4.5.3). Domains with letters
// beyond ASCII are let through (RFC 6531); quoted local parts are not.
bool IsEmail(std::string_view text);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_TEXT_TEXT_H_
