#include "domain/text/name.h"

#include <unicode/coll.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "domain/text/text.h"

namespace roster::domain {
namespace {

constexpr std::string_view kBetweenWords = " -";

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

std::vector<std::string> FromEachWord(std::string_view name) {
  const std::string whole = Normalize(name);
  std::vector<std::string> starts;
  for (size_t at = 0; at < whole.size() && starts.size() < kMostWords;) {
    starts.push_back(whole.substr(at));
    at = whole.find_first_not_of(kBetweenWords, whole.find_first_of(kBetweenWords, at));
  }
  return starts;
}

}  // namespace roster::domain
