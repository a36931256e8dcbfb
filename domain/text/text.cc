#include "domain/text/text.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uversion.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "domain/text/characters.h"
#include "domain/text/confusable.h"

namespace roster::domain {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr std::string_view kLines = "\t\r\n";

const icu::Normalizer2& Casefold() {
  static const icu::Normalizer2* const kForm = [] {
    UErrorCode error = U_ZERO_ERROR;
    const auto* form = icu::Normalizer2::getNFKCCasefoldInstance(error);
    if (U_FAILURE(error)) std::abort();  // the data of ICU is part of the program
    return form;
  }();
  return *kForm;
}

bool IsControl(char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7F; }

bool IsLine(char32_t c) { return c < 0x80 && kLines.find(static_cast<char>(c)) != kLines.npos; }

bool IsAcceptableAscii(std::string_view text, bool lines) {
  return std::none_of(text.begin(), text.end(),
                      [lines](char c) { return IsControl(c) && !(lines && IsLine(c)); }) &&
         (text.empty() || text.find_first_not_of(kBlanks) != text.npos);
}

bool IsAcceptable(const std::u32string& text, bool lines) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (!IsVisible(text, at) && !(lines && IsLine(text[at]))) return false;
  }
  return !std::all_of(text.begin(), text.end(), IsBlank);
}

bool IsOneScript(std::string_view normal) {
  if (!MixesScripts(normal)) return true;  // nor do its parts then
  size_t end = normal.find('@');
  if (MixesScripts(normal.substr(0, end))) return false;
  while (end != normal.npos) {
    const size_t begin = end + 1;
    end = normal.find('.', begin);
    if (MixesScripts(normal.substr(begin, end - begin))) return false;
  }
  return true;
}

}  // namespace

std::string Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1));
}

std::string Normalize(std::string_view text) {
  if (IsAscii(text)) {
    std::string result = Trim(text);
    for (char& c : result) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
  }
  std::string folded;
  icu::StringByteSink<std::string> sink(&folded, static_cast<int32_t>(text.size()));
  UErrorCode error = U_ZERO_ERROR;
  Casefold().normalizeUTF8(0, {text.data(), static_cast<int32_t>(text.size())}, sink, nullptr,
                           error);
  if (U_FAILURE(error)) std::abort();
  return Trim(folded);  // blanks beyond ASCII have become spaces
}

bool IsAcceptable(std::string_view text, size_t max_code_points, bool lines) {
  if (IsAscii(text)) return text.size() <= max_code_points && IsAcceptableAscii(text, lines);
  const auto points = CodePoints(text);
  return points && points->size() <= max_code_points && IsAcceptable(*points, lines);
}

bool IsUserName(std::string_view text, size_t max_code_points) {
  if (!IsAcceptable(text, max_code_points)) return false;
  if (IsAscii(text)) return true;
  const std::u32string points = *CodePoints(text);
  return !IsMark(points.front()) &&
         std::none_of(points.begin(), points.end(), IsVariationSelector) &&
         IsOneScript(Normalize(text));
}

std::string TextVersion() {
  UVersionInfo version;
  u_getVersion(version);
  char text[U_MAX_VERSION_STRING_LENGTH];
  u_versionToString(version, text);
  return text;
}

}  // namespace roster::domain
