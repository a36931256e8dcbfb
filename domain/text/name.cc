#include "domain/text/name.h"

#include <unicode/coll.h>
#include <unicode/locid.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "domain/text/characters.h"
#include "domain/text/text.h"

namespace roster::domain {
namespace {

const icu::Collator& RootCollator() {
  static const auto* const kCollator = [] {
    UErrorCode error = U_ZERO_ERROR;
    icu::Collator* collator = icu::Collator::createInstance(icu::Locale::getRoot(), error);
    if (U_FAILURE(error)) std::abort();  // the data of ICU is part of the program
    collator->setAttribute(UCOL_NORMALIZATION_MODE, UCOL_ON, error);
    if (U_FAILURE(error)) std::abort();
    return collator;
  }();
  return *kCollator;
}

// Takes marks off that all scripts share, then writes Latin letters and punctuation in ASCII. Made
// once: its const functions may be called by many threads.
const icu::Transliterator& ToBaseLetters() {
  static const icu::Transliterator* const kRules = [] {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Transliterator* rules = icu::Transliterator::createInstance(
        "NFD; [[:Mn:]&[:Inherited:]] Remove; Latin-ASCII; NFC", UTRANS_FORWARD, error);
    if (U_FAILURE(error)) std::abort();  // the data of ICU is part of the program
    return rules;
  }();
  return *kRules;
}

}  // namespace

std::string SortKey(std::string_view name) {
  const auto text = icu::UnicodeString::fromUTF8({name.data(), static_cast<int32_t>(name.size())});
  std::string key(4 * name.size() + 16, '\0');
  const auto write = [&] {
    return static_cast<size_t>(RootCollator().getSortKey(
        text, reinterpret_cast<uint8_t*>(key.data()), static_cast<int32_t>(key.size())));
  };
  size_t size = write();
  if (size > key.size()) {
    key.resize(size);
    size = write();
  }
  key.resize(size - 1);  // without the 0 at its end
  return key;
}

std::string SearchForm(std::string_view text) {
  std::string normal = Normalize(text);
  if (IsAscii(normal) || !CodePoints(normal)) return normal;
  auto form = icu::UnicodeString::fromUTF8({normal.data(), static_cast<int32_t>(normal.size())});
  ToBaseLetters().transliterate(form);
  std::string result;
  form.toUTF8String(result);
  return Normalize(result);
}

std::vector<std::string> FromEachWord(std::string_view name) {
  const std::string whole = SearchForm(name);
  std::vector<std::string> starts;
  bool within = false;  // a word
  for (int32_t at = 0, next = 0; static_cast<size_t>(at) < whole.size(); at = next) {
    UChar32 c = 0;
    U8_NEXT(whole.data(), next, static_cast<int32_t>(whole.size()), c);
    const bool letter = c > 0 && (u_isalnum(c) || IsMark(static_cast<char32_t>(c)));
    if (at == 0 || (letter && !within)) starts.push_back(whole.substr(static_cast<size_t>(at)));
    if (starts.size() == kMostWords) break;
    within = letter;
  }
  return starts;
}

}  // namespace roster::domain
