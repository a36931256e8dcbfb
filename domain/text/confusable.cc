#include "domain/text/confusable.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <array>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "domain/text/characters.h"
#include "domain/text/text.h"

namespace roster::domain {
namespace {

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

// The skeleton of UTS 39, of compatibility characters as what they stand for.
std::string RawSkeleton(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFKCInstance(error);
  Require(error);
  const auto entered =
      icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
  const icu::UnicodeString composed = form->normalize(entered, error);
  icu::UnicodeString mapped;
  uspoof_getSkeletonUnicodeString(Checker(), 0, composed, mapped, &error);
  Require(error);
  std::string skeleton;
  mapped.toUTF8String(skeleton);
  return skeleton;
}

// Of each ASCII character. A skeleton is made character by character, so that of ASCII text is
// those of its characters in a row.
const std::array<std::string, 0x80>& AsciiSkeletons() {
  static const auto kSkeletons = [] {
    std::array<std::string, 0x80> skeletons;
    for (size_t c = 0; c < skeletons.size(); ++c) {
      const std::string entered(1, static_cast<char>(c));
      const std::string skeleton = RawSkeleton(entered);
      // Normalize would trim a blank away.
      skeletons[c] = skeleton == entered && c <= ' ' ? entered : Normalize(skeleton);
    }
    return skeletons;
  }();
  return kSkeletons;
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
  if (!IsAscii(text)) return Normalize(RawSkeleton(Trim(text)));
  std::string skeleton;
  for (const char c : Trim(text)) skeleton += AsciiSkeletons()[static_cast<unsigned char>(c)];
  return skeleton;
}

std::string ForeignSkeleton(std::string_view text) {
  std::string skeleton;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = EndOfRun(text, begin);
    const std::string_view run = text.substr(begin, end - begin);
    skeleton += IsAscii(run) ? std::string(run) : RawSkeleton(run);
    begin = end;
  }
  return absl::AsciiStrToLower(skeleton);
}

}  // namespace roster::domain
