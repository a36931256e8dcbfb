#include "domain/text/confusable.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <cstdint>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "domain/text/characters.h"
#include "domain/text/text.h"

namespace roster::domain {
namespace {

constexpr char16_t kDotAbove = 0x0307;

void Require(UErrorCode error) {
  if (U_FAILURE(error)) std::abort();  // the data of ICU is part of the program
}

// Opened once: only its const functions are called, which threads may share.
const USpoofChecker* Checker() {
  static const USpoofChecker* const kChecker = [] {
    UErrorCode error = U_ZERO_ERROR;
    USpoofChecker* checker = uspoof_open(&error);
    uspoof_setChecks(checker, USPOOF_RESTRICTION_LEVEL | USPOOF_MIXED_NUMBERS | USPOOF_INVISIBLE,
                     &error);
    Require(error);
    uspoof_setRestrictionLevel(checker, USPOOF_HIGHLY_RESTRICTIVE);
    return checker;
  }();
  return kChecker;
}

// Compatibility characters as what they stand for, without dots above letters that have one.
icu::UnicodeString Composed(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFKCInstance(error);
  Require(error);
  const auto entered =
      icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
  icu::UnicodeString composed = form->normalize(entered, error);
  Require(error);
  for (int32_t at = 1; at < composed.length(); ++at) {
    if (composed[at] == kDotAbove && u_hasBinaryProperty(composed[at - 1], UCHAR_SOFT_DOTTED)) {
      composed.remove(at--, 1);
    }
  }
  return composed;
}

// The skeleton of UTS 39.
std::string RawSkeleton(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const auto entered =
      icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
  icu::UnicodeString mapped;
  uspoof_getSkeletonUnicodeString(Checker(), 0, entered, mapped, &error);
  Require(error);
  std::string skeleton;
  mapped.toUTF8String(skeleton);
  return skeleton;
}

size_t EndOfRun(std::string_view text, size_t begin) {
  const bool ascii = IsAscii(text.substr(begin, 1));
  size_t end = begin;
  while (end < text.size() && IsAscii(text.substr(end, 1)) == ascii) ++end;
  return end;
}

}  // namespace

bool MixesScripts(std::string_view normal) {
  if (IsAscii(normal)) return false;
  UErrorCode error = U_ZERO_ERROR;
  const int32_t failed = uspoof_checkUTF8(Checker(), normal.data(),
                                          static_cast<int32_t>(normal.size()), nullptr, &error);
  Require(error);
  return failed != 0;
}

std::string Skeleton(std::string_view text) {
  if (IsAscii(text)) return Normalize(text);
  std::string composed;
  Composed(Trim(text)).toUTF8String(composed);
  std::string skeleton;
  for (size_t begin = 0; begin < composed.size();) {
    const size_t end = EndOfRun(composed, begin);
    const std::string_view run = std::string_view(composed).substr(begin, end - begin);
    skeleton += IsAscii(run) ? std::string(run) : RawSkeleton(run);
    begin = end;
  }
  return absl::AsciiStrToLower(skeleton);
}

}  // namespace roster::domain
