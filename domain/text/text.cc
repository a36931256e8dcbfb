#include "domain/text/text.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/utf8.h>
#include <unicode/uversion.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "domain/base/wrong.h"
#include "domain/text/characters.h"
#include "domain/text/confusable.h"

namespace roster::domain {
namespace {

constexpr std::string_view kLines = "\t\r\n";
constexpr char32_t kReplacement = 0xFFFD;

const icu::Normalizer2& Casefold() {
  static const icu::Normalizer2* const kForm = [] {
    UErrorCode error = U_ZERO_ERROR;
    const auto* form = icu::Normalizer2::getNFKCCasefoldInstance(error);
    if (U_FAILURE(error)) std::abort();  // the data of ICU is part of the program
    return form;
  }();
  return *kForm;
}

bool IsLine(char32_t c) { return c < 0x80 && kLines.find(static_cast<char>(c)) != kLines.npos; }

// Blanks, and what nobody sees and programs leave at the ends of texts: the zero-width space, the
// word joiner, the byte order mark.
bool IsTrimmed(char32_t c) { return IsBlank(c) || c == 0x200B || c == 0x2060 || c == 0xFEFF; }

// Trimmed, with one space for a run of them.
std::string OneBlankEach(std::string_view text) {
  std::string result = Trim(text);
  const auto both_blank = [](char one, char other) { return one == ' ' && other == ' '; };
  result.erase(std::unique(result.begin(), result.end(), both_blank), result.end());
  return result;
}

// What is wrong with the characters, each for itself.
std::string WrongCharacters(const std::u32string& text, bool lines) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == kReplacement) return wrong::Lost(at + 1);
    if (!IsVisible(text, at) && !(lines && IsLine(text[at]))) {
      return wrong::Unseen(text[at], at + 1);
    }
  }
  if (!text.empty() && std::all_of(text.begin(), text.end(), IsBlank)) return wrong::BlanksAlone();
  return "";
}

// What would look wrong in a user name, in which every character counts.
std::string WrongInUserName(const std::u32string& text) {
  if (IsMark(text.front())) return wrong::BeginsWithMark(text.front());
  const auto selector = std::find_if(text.begin(), text.end(), IsVariationSelector);
  if (selector == text.end()) return "";
  return wrong::Selector(*selector, static_cast<size_t>(selector - text.begin()) + 1);
}

// Empty, or what is wrong with a part of the text, which is in comparison form.
std::string WrongScripts(std::string_view part) {
  return MixesScripts(part) ? wrong::MixedScripts(ScriptsOf(*CodePoints(part))) : "";
}

std::string WrongScriptsOfParts(std::string_view normal) {
  if (!MixesScripts(normal)) return "";  // nor do its parts then
  size_t end = normal.find('@');
  std::string found = WrongScripts(normal.substr(0, end));
  while (found.empty() && end != normal.npos) {
    const size_t begin = end + 1;
    end = normal.find('.', begin);
    found = WrongScripts(normal.substr(begin, end - begin));
  }
  return found;
}

}  // namespace

std::string Trim(std::string_view text) {
  int32_t begin = 0;
  auto end = static_cast<int32_t>(text.size());
  UChar32 c = 0;
  for (int32_t next = begin; next < end; begin = next) {
    U8_NEXT(text.data(), next, end, c);
    if (c < 0 || !IsTrimmed(static_cast<char32_t>(c))) break;
  }
  for (int32_t next = end; next > begin; end = next) {
    U8_PREV(text.data(), begin, next, c);
    if (c < 0 || !IsTrimmed(static_cast<char32_t>(c))) break;
  }
  return std::string(text.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
}

std::string Normalize(std::string_view text) {
  if (IsAscii(text))
    return OneBlankEach(absl::AsciiStrToLower(absl::string_view(text.data(), text.size())));
  std::string folded;
  icu::StringByteSink<std::string> sink(&folded, static_cast<int32_t>(text.size()));
  UErrorCode error = U_ZERO_ERROR;
  Casefold().normalizeUTF8(0, {text.data(), static_cast<int32_t>(text.size())}, sink, nullptr,
                           error);
  if (U_FAILURE(error)) std::abort();
  return OneBlankEach(folded);  // blanks beyond ASCII have become spaces
}

std::string WrongText(std::string_view text, size_t max_code_points, bool lines) {
  const auto points = CodePoints(text);
  if (!points) return wrong::NotUtf8(Utf8End(text) + 1);
  if (points->size() > max_code_points) return wrong::TooLong(max_code_points);
  return WrongCharacters(*points, lines);
}

std::string WrongUserName(std::string_view text, size_t max_code_points) {
  std::string found = WrongText(text, max_code_points);
  if (!found.empty() || IsAscii(text)) return found;
  found = WrongInUserName(*CodePoints(text));
  return found.empty() ? WrongScriptsOfParts(Normalize(text)) : found;
}

std::string TextVersion() {
  UVersionInfo version;
  u_getVersion(version);
  char text[U_MAX_VERSION_STRING_LENGTH];
  u_versionToString(version, text);
  return text;
}

}  // namespace roster::domain
