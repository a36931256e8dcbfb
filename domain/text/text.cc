#include "domain/text/text.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace roster::domain {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr size_t kMaxLocalBytes = 64;
constexpr size_t kMaxLabelBytes = 63;
constexpr size_t kMaxEmailBytes = 254;
// The characters of an unquoted local part beside letters and digits (RFC 5322 §3.2.3), and the
// dot.
constexpr std::string_view kLocalSymbols = "!#$%&'*+/=?^_`{|}~-.";

constexpr UChar32 kNonJoiner = 0x200C;
constexpr UChar32 kJoiner = 0x200D;

// Controls, separators of lines, and invisible format characters, which turn the direction of text
// or make two names look like one. The joiners are let through: names of some scripts need them.
bool IsHidden(UChar32 c) {
  if (c == kNonJoiner || c == kJoiner) return false;
  return (U_GET_GC_MASK(c) & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK)) != 0;
}

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsBeyondAscii(char c) { return static_cast<uint8_t>(c) >= 0x80; }

bool HasEmptyPart(std::string_view text) {
  return text.empty() || text.front() == '.' || text.back() == '.' ||
         text.find("..") != std::string_view::npos;
}

bool IsLocalPart(std::string_view local) {
  if (local.size() > kMaxLocalBytes || HasEmptyPart(local)) return false;
  for (const char c : local) {
    if (!IsAlphanumeric(c) && !IsBeyondAscii(c) &&
        kLocalSymbols.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool IsLabel(std::string_view label) {
  if (label.size() > kMaxLabelBytes || label.front() == '-' || label.back() == '-') return false;
  for (const char c : label) {
    if (!IsAlphanumeric(c) && !IsBeyondAscii(c) && c != '-') return false;
  }
  return true;
}

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

}  // namespace

std::string Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1));
}

std::string Normalize(std::string_view text) {
  std::string result = Trim(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool IsAcceptable(std::string_view text, size_t max_code_points, bool lines) {
  size_t code_points = 0;
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t next = 0; next < size; ++code_points) {
    UChar32 c = 0;
    U8_NEXT(text.data(), next, size, c);
    if (c < 0) return false;
    const bool line = c == '\n' || c == '\r' || c == '\t';
    if (IsHidden(c) && !(lines && line)) return false;
  }
  return code_points <= max_code_points;
}

bool IsEmail(std::string_view text) {
  const size_t at = text.find('@');
  return at != std::string_view::npos && text.size() <= kMaxEmailBytes &&
         IsAcceptable(text, kMaxEmailBytes) && IsLocalPart(text.substr(0, at)) &&
         IsDomain(text.substr(at + 1));
}

}  // namespace roster::domain
