#include "domain/text/email.h"

#include <unicode/uchar.h>
#include <unicode/uidna.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "domain/base/wrong.h"
#include "domain/text/characters.h"
#include "domain/text/confusable.h"
#include "domain/text/text.h"

namespace roster::domain {
namespace {

constexpr size_t kMaxLocalBytes = 64;
constexpr size_t kMaxLabelBytes = 63;
constexpr size_t kMaxEmailBytes = 254;
// The characters of an unquoted local part beside letters and digits (RFC 5322 §3.2.3), and the
// dot.
constexpr std::string_view kLocalSymbols = "!#$%&'*+/=?^_`{|}~-.";
constexpr std::string_view kAcePrefix = "xn--";

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool HasEmptyPart(std::string_view text) {
  return text.empty() || text.front() == '.' || text.back() == '.' ||
         text.find("..") != std::string_view::npos;
}

// Takes the normalised local part, in which a full-width @ has become one.
bool IsLocalPart(std::string_view local) {
  if (HasEmptyPart(local)) return false;
  return std::all_of(local.begin(), local.end(), [](char c) {
    return IsAlphanumeric(c) || !IsAscii({&c, 1}) || kLocalSymbols.find(c) != kLocalSymbols.npos;
  });
}

bool IsLabel(std::string_view label) {
  return label.size() <= kMaxLabelBytes && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(),
                     [](char c) { return IsAlphanumeric(c) || c == '-'; });
}

// Takes a domain as in the DNS.
bool IsDomain(std::string_view domain) {
  if (HasEmptyPart(domain)) return false;
  size_t labels = 0;
  for (size_t begin = 0; begin < domain.size(); ++labels) {
    const size_t end = std::min(domain.find('.', begin), domain.size());
    if (!IsLabel(domain.substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  return labels >= 2;
}

// Opened once: processing is const, which threads may share.
const UIDNA* Idna() {
  static const UIDNA* const kIdna = [] {
    UErrorCode error = U_ZERO_ERROR;
    const UIDNA* idna = uidna_openUTS46(
        UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_CHECK_CONTEXTO |
            UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
        &error);
    if (U_FAILURE(error)) std::abort();  // the data of ICU is part of the program
    return idna;
  }();
  return kIdna;
}

// What one of ICU's conversions makes of a domain; nothing where it is invalid.
template <typename Convert>
std::optional<std::string> Converted(std::string_view domain, Convert convert) {
  std::array<char, 4 * kMaxEmailBytes> buffer;
  if (domain.size() > kMaxEmailBytes) return std::nullopt;
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  UErrorCode error = U_ZERO_ERROR;
  const int32_t size = convert(Idna(), domain.data(), static_cast<int32_t>(domain.size()),
                               buffer.data(), static_cast<int32_t>(buffer.size()), &info, &error);
  if (U_FAILURE(error) || info.errors != 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<size_t>(size));
}

// What the comparison form of an email would no longer show. Takes acceptable text.
bool HasBlankOrSelector(std::string_view text) {
  if (IsAscii(text)) return text.find(' ') != text.npos;
  const std::u32string points = *CodePoints(text);
  return std::any_of(points.begin(), points.end(),
                     [](char32_t c) { return IsBlank(c) || IsVariationSelector(c); });
}

// Letters and digits of IDNA 2008 (RFC 5892 §2.1), hyphens, and what UTS 46 has looked at in its
// context: joiners and the characters of CONTEXTO. Takes a domain that UTS 46 has mapped.
bool MayStandInDomain(char32_t c) {
  constexpr std::u32string_view kInContext = U"-.\u00B7\u0375\u05F3\u05F4\u200C\u200D\u30FB";
  constexpr uint32_t kLettersAndDigits =
      U_GC_LL_MASK | U_GC_LO_MASK | U_GC_LM_MASK | U_GC_M_MASK | U_GC_ND_MASK;
  return kInContext.find(c) != kInContext.npos ||
         (U_GET_GC_MASK(static_cast<UChar32>(c)) & kLettersAndDigits) != 0;
}

bool EndsWithNumber(std::string_view domain) {
  const std::string_view last = domain.substr(domain.rfind('.') + 1);
  return last.find_first_not_of("0123456789") == last.npos;
}

struct Email {
  std::string local;  // as entered
  std::string in_dns;
  std::string shown;  // the domain in Unicode
};

// Splits; nothing where there is not one @, or the domain is invalid.
std::optional<Email> Parse(std::string_view text) {
  const size_t at = text.find('@');
  if (at == text.npos) return std::nullopt;
  Email email;
  email.local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  email.in_dns = Normalize(domain);
  // What UTS 46 would make of plain ASCII, except that it refuses names like r3---a.example.com.
  if (IsAscii(domain) && email.in_dns.find(kAcePrefix) == std::string::npos) {
    email.shown = email.in_dns;
    return email;
  }
  const auto in_dns = Converted(domain, uidna_nameToASCII_UTF8);
  const auto shown = Converted(domain, uidna_nameToUnicodeUTF8);
  if (!in_dns || !shown) return std::nullopt;
  email.in_dns = *in_dns;
  email.shown = *shown;
  return email;
}

// What is wrong with a domain that the DNS would take.
std::string WrongDomain(const Email& email) {
  if (EndsWithNumber(email.in_dns)) return wrong::NumericDomain();
  if (IsAscii(email.shown)) return "";
  const std::u32string points = *CodePoints(email.shown);
  const auto stranger = std::find_if_not(points.begin(), points.end(), MayStandInDomain);
  return stranger == points.end() ? "" : wrong::DomainCharacter(*stranger);
}

}  // namespace

std::string WrongEmail(std::string_view text) {
  if (text.size() > kMaxEmailBytes) return wrong::LongEmail(kMaxEmailBytes, kMaxLocalBytes);
  if (std::string found = WrongText(text, kMaxEmailBytes); !found.empty()) return found;
  if (HasBlankOrSelector(text)) return wrong::BlankInEmail();
  if (std::count(text.begin(), text.end(), '@') != 1) return wrong::NotOneAt();
  const auto email = Parse(text);
  if (!email || !IsDomain(email->in_dns)) return wrong::Domain();
  if (email->local.size() > kMaxLocalBytes ||
      email->local.size() + 1 + email->in_dns.size() > kMaxEmailBytes) {
    return wrong::LongEmail(kMaxEmailBytes, kMaxLocalBytes);
  }
  if (!IsLocalPart(Normalize(email->local))) return wrong::LocalPart();
  if (std::string found = WrongDomain(*email); !found.empty()) return found;
  return WrongUserName(email->local + "@" + email->shown, kMaxEmailBytes);
}

bool IsPlainEmail(std::string_view text) {
  return IsAscii(text) && text.find("--") == text.npos;  // as in xn--
}

std::string NormalizeEmail(std::string_view text) {
  const auto email = Parse(Trim(text));
  return email ? Normalize(email->local) + "@" + email->in_dns : Normalize(text);
}

std::string ShownEmail(std::string_view text) {
  const auto email = Parse(Trim(text));
  return email ? Normalize(email->local) + "@" + Normalize(email->shown) : Normalize(text);
}

std::string EmailSkeleton(std::string_view text) {
  const auto email = Parse(Trim(text));
  if (!email) return Normalize(text);
  if (IsAscii(email->local) && IsAscii(email->shown)) {
    return Normalize(email->local) + "@" + email->in_dns;
  }
  return Skeleton(email->local) + "@" + Skeleton(email->shown);
}

}  // namespace roster::domain
