#include "domain/text/characters.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

namespace roster::domain {
namespace {

constexpr char32_t kNonJoiner = 0x200C;
constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kBlankBraille = 0x2800;  // a symbol to Unicode, a blank to the eye
constexpr int32_t kVirama = 9;              // canonical combining class
constexpr uint32_t kNeverVisible = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CN_MASK | U_GC_CO_MASK |
                                   U_GC_CS_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK;

bool Has(char32_t c, UProperty property) {
  return u_hasBinaryProperty(static_cast<UChar32>(c), property) != 0;
}

int32_t JoiningType(char32_t c) {
  return u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_JOINING_TYPE);
}

// Whether the letters around would join: (L|D) T* here T* (R|D).
bool StandsBetweenJoining(const std::u32string& text, size_t at) {
  size_t left = at;
  while (left > 0 && JoiningType(text[left - 1]) == U_JT_TRANSPARENT) --left;
  size_t right = at + 1;
  while (right < text.size() && JoiningType(text[right]) == U_JT_TRANSPARENT) ++right;
  if (left == 0 || right == text.size()) return false;
  const int32_t before = JoiningType(text[left - 1]);
  const int32_t after = JoiningType(text[right]);
  return (before == U_JT_LEFT_JOINING || before == U_JT_DUAL_JOINING) &&
         (after == U_JT_RIGHT_JOINING || after == U_JT_DUAL_JOINING);
}

bool IsJoinerInContext(const std::u32string& text, size_t at) {
  if (at > 0 && u_getCombiningClass(static_cast<UChar32>(text[at - 1])) == kVirama) return true;
  return text[at] == kNonJoiner && StandsBetweenJoining(text, at);
}

// Digits are emoji too, for the sake of keycaps.
bool HasVariants(char32_t c) {
  return Has(c, UCHAR_IDEOGRAPHIC) || (c >= 0x80 && Has(c, UCHAR_EMOJI));
}

// Gives the code points of the text to `take`, up to bytes that are no UTF-8, and returns where
// those begin.
template <typename Take>
size_t Decode(std::string_view text, Take take) {
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t next = 0; next < size;) {
    const int32_t at = next;
    UChar32 c = 0;
    U8_NEXT(text.data(), next, size, c);
    if (c < 0) return static_cast<size_t>(at);
    take(static_cast<char32_t>(c));
  }
  return text.size();
}

}  // namespace

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

std::optional<std::u32string> CodePoints(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  if (Decode(text, [&points](char32_t c) { points.push_back(c); }) < text.size()) {
    return std::nullopt;
  }
  return points;
}

size_t Utf8End(std::string_view text) {
  return Decode(text, [](char32_t) {});
}

std::vector<std::string> ScriptsOf(const std::u32string& text) {
  std::vector<std::string> names;
  names.reserve(text.size());
  for (const char32_t c : text) {
    UErrorCode error = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(static_cast<UChar32>(c), &error);
    if (U_FAILURE(error) || script == USCRIPT_COMMON || script == USCRIPT_INHERITED) continue;
    const std::string name = uscript_getName(script);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

bool IsVisible(const std::u32string& text, size_t at) {
  const char32_t c = text[at];
  if (c == kNonJoiner || c == kJoiner) return IsJoinerInContext(text, at);
  if (IsVariationSelector(c)) return at > 0 && HasVariants(text[at - 1]);
  if (c == kBlankBraille || Has(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return false;
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & kNeverVisible) == 0;
}

bool IsVariationSelector(char32_t c) { return Has(c, UCHAR_VARIATION_SELECTOR); }

bool IsMark(char32_t c) { return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_M_MASK) != 0; }

bool IsBlank(char32_t c) { return Has(c, UCHAR_WHITE_SPACE); }

}  // namespace roster::domain
