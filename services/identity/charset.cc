#include "services/identity/charset.h"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/text/characters.h"

namespace roster::services {
namespace {

struct Mark {
  std::string_view bytes;
  const char* charset;
};
constexpr Mark kMarks[] = {
    {"\xEF\xBB\xBF", "UTF-8"}, {"\xFE\xFF", "UTF-16BE"}, {"\xFF\xFE", "UTF-16LE"}};
constexpr size_t kMostMarkBytes = 3;
constexpr size_t kMostUtf8Bytes = 4;  // of one character
constexpr size_t kMostNameBytes = 64;
constexpr size_t kUnits = 4096;  // of UTF-16 that are converted at a time

void Close(UConverter* converter) { ucnv_close(converter); }

UConverter* Open(const std::string& charset) {
  UErrorCode error = U_ZERO_ERROR;
  UConverter* converter = ucnv_open(charset.c_str(), &error);
  ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
  if (U_FAILURE(error)) std::abort();  // the caller has looked
  return converter;
}

}  // namespace

bool IsCharset(const std::string& name) {
  // ICU takes names of files and options behind commas too.
  const auto in_names = [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.' || c == ':';
  };
  if (name.empty() || name.size() > kMostNameBytes ||
      !std::all_of(name.begin(), name.end(), in_names)) {
    return false;
  }
  UErrorCode error = U_ZERO_ERROR;
  if (ucnv_countAliases(name.c_str(), &error) == 0 || U_FAILURE(error)) return false;
  const std::unique_ptr<UConverter, void (*)(UConverter*)> converter(
      ucnv_open(name.c_str(), &error), Close);
  return U_SUCCESS(error);  // ICU knows names of converters that it was built without
}

CharsetDecoder::CharsetDecoder(std::string charset, TakeText take)
    : charset_(charset.empty() ? "UTF-8" : std::move(charset)),
      take_(std::move(take)),
      converter_(nullptr, Close) {}

CharsetDecoder::~CharsetDecoder() = default;

absl::Status CharsetDecoder::Read(std::string_view bytes) {
  if (begun_) return Take(bytes, false);
  rest_ += bytes;
  return rest_.size() < kMostMarkBytes ? absl::OkStatus() : Begin(false);
}

absl::Status CharsetDecoder::Finish() { return begun_ ? Take("", true) : Begin(true); }

absl::Status CharsetDecoder::Begin(bool all) {
  begun_ = true;
  const std::string beginning = std::exchange(rest_, {});
  std::string_view bytes = beginning;
  for (const Mark& mark : kMarks) {
    if (!bytes.starts_with(mark.bytes)) continue;
    charset_ = mark.charset;
    taken_bytes_ = mark.bytes.size();
    bytes.remove_prefix(mark.bytes.size());
    break;
  }
  converter_.reset(Open(charset_));
  if (ucnv_getType(converter_.get()) == UCNV_UTF8) converter_.reset();
  return Take(bytes, all);
}

absl::Status CharsetDecoder::Take(std::string_view bytes, bool all) {
  return converter_ ? Convert(bytes, all) : TakeUtf8(bytes, all);
}

absl::Status CharsetDecoder::TakeUtf8(std::string_view bytes, bool all) {
  std::string joined;
  if (!rest_.empty()) {
    joined = std::exchange(rest_, {});
    bytes = joined += bytes;
  }
  const size_t end = std::min({domain::Utf8End(bytes), bytes.find('\0'), bytes.size()});
  ROSTER_TRY(take_(bytes.substr(0, end)));
  taken_bytes_ += end;
  rest_ = bytes.substr(end, kMostUtf8Bytes);
  if (rest_.empty() || (rest_.size() < kMostUtf8Bytes && !all)) return absl::OkStatus();
  return WrongAt(taken_bytes_ + 1);
}

absl::Status CharsetDecoder::Convert(std::string_view bytes, bool all) {
  const char* next = bytes.data();
  const char* const end = next + bytes.size();
  UErrorCode error = U_BUFFER_OVERFLOW_ERROR;
  while (error == U_BUFFER_OVERFLOW_ERROR) {
    error = U_ZERO_ERROR;
    std::array<UChar, kUnits> units;
    UChar* filled = units.data();
    ucnv_toUnicode(converter_.get(), &filled, filled + units.size(), &next, end, nullptr, all,
                   &error);
    units_.append(units.data(), filled);
    const bool cut = !units_.empty() && U16_IS_LEAD(units_.back()) && !all;
    const size_t whole = units_.size() - (cut ? 1 : 0);
    std::string text;
    icu::UnicodeString(false, units_.data(), static_cast<int32_t>(whole)).toUTF8String(text);
    units_.erase(0, whole);
    ROSTER_TRY(take_(text));
  }
  taken_bytes_ += static_cast<size_t>(next - bytes.data());
  if (U_SUCCESS(error)) return absl::OkStatus();
  std::array<char, 32> invalid;
  auto size = static_cast<int8_t>(invalid.size());
  UErrorCode ignored = U_ZERO_ERROR;
  ucnv_getInvalidChars(converter_.get(), invalid.data(), &size, &ignored);
  return WrongAt(taken_bytes_ - static_cast<size_t>(size) + 1);
}

absl::Status CharsetDecoder::WrongAt(size_t byte) const {
  return domain::Refuse(domain::Reason::kWrongCharset,
                        {{"charset", charset_}, {"byte", std::to_string(byte)}});
}

}  // namespace roster::services
