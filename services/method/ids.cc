#include "services/method/ids.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "storage/crypto/secret_key.h"

namespace roster::services {
namespace {

constexpr int kFractionBits = 12;
constexpr size_t kTokenBytes = 32;

}  // namespace

std::string IdSource::Next() {
  const int64_t micros = absl::ToUnixMicros(clock_());
  const int64_t fraction = ((micros % 1000) << kFractionBits) / 1000;
  int64_t stamp = ((micros / 1000) << kFractionBits) | fraction;
  {
    const storage::MutexLock lock(mutex_);
    stamp = last_ = std::max(stamp, last_ + 1);
  }
  std::array<unsigned char, 16> id{};
  const std::string random = storage::RandomBytes(8);
  std::copy(random.begin(), random.end(), id.begin() + 8);
  const int64_t millis = stamp >> kFractionBits;
  for (int i = 0; i < 6; ++i) id[i] = static_cast<unsigned char>(millis >> (40 - 8 * i));
  id[6] = static_cast<unsigned char>(0x70 | ((stamp >> 8) & 0x0f));
  id[7] = static_cast<unsigned char>(stamp & 0xff);
  id[8] = static_cast<unsigned char>(0x80 | (id[8] & 0x3f));
  std::string text = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(id.data()), id.size()));
  for (const size_t dash : {20, 16, 12, 8}) text.insert(dash, 1, '-');
  return text;
}

std::string CommandIds::Next() {
  if (source_ != nullptr) made_.push_back(source_->Next());
  // A repeat asks for as many as the first time.
  return made_.at(next_++);
}

std::string NewToken(std::string_view prefix) {
  return absl::StrCat(std::string(prefix),
                      absl::WebSafeBase64Escape(storage::RandomBytes(kTokenBytes)));
}

bool IsUuid(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != kForm.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool fits = kForm[i] == '-' ? text[i] == '-'
                                      : absl::ascii_isxdigit(static_cast<unsigned char>(text[i]));
    if (!fits) return false;
  }
  return true;
}

}  // namespace roster::services
