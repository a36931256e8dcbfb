// Email addresses: what is one, and which are the same. Pure; thread-safe.

#ifndef ROSTER_DOMAIN_TEXT_EMAIL_H_
#define ROSTER_DOMAIN_TEXT_EMAIL_H_

#include <string>
#include <string_view>

namespace roster::domain {

// What keeps the text from being an email address, as a sentence; empty where nothing does. An
// email has one @, a local part of at most 64 bytes, a domain of at least two labels that is valid
// under UTS 46 and whose last label is no number, at most 254 bytes in all, with the domain as
// entered and as in the DNS (RFC 5321 §4.5.3). Letters beyond ASCII are let through (RFC 6531), in
// a domain only those of IDNA 2008 (RFC 5892); the local part and each label must not mix scripts
// (WrongUserName). Quoted local parts are no emails here.
std::string WrongEmail(std::string_view text);

// Whether an email is plain ASCII and surely shown so: then the three forms below are one, and
// SearchForm (name.h) makes the same of them.
bool IsPlainEmail(std::string_view text);

// The form in which emails are compared and kept unique: the local part as Normalize makes it, so
// capitals do not count, although to a mail server they might; the domain as it stands in the DNS
// (UTS 46, nontransitional: ß and ss are two domains). Total: text that is no email comes out as
// Normalize makes it.
std::string NormalizeEmail(std::string_view text);

// The same with the domain as people read it, in Unicode. Serves searches: what a list shows is
// found, whatever part of it.
std::string ShownEmail(std::string_view text);

// Emails of one skeleton look alike through letters beyond ASCII. Equal to NormalizeEmail for ASCII
// emails: users can't choose their mailboxes, so that "ann1@" and "annl@" must both be let in.
std::string EmailSkeleton(std::string_view text);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_TEXT_EMAIL_H_
