// The text of a file in whatever charset, as UTF-8 and as its bytes arrive. Conversions are ICU's.

#ifndef ROSTER_SERVICES_IDENTITY_CHARSET_H_
#define ROSTER_SERVICES_IDENTITY_CHARSET_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

struct UConverter;  // of ICU

namespace roster::services {

// Whether a charset of this name is known. Thread-safe.
bool IsCharset(const std::string& name);

// Keeps no more of the file than what one character needs. Thread-compatible.
class CharsetDecoder {
 public:
  // Takes the next characters as UTF-8, each whole; what it refuses, Read and Finish refuse.
  using TakeText = std::function<absl::Status(std::string_view text)>;

  // `charset` is one that is known; empty: UTF-8. A byte order mark at the beginning of the file
  // comes before it.
  CharsetDecoder(std::string charset, TakeText take);
  ~CharsetDecoder();
  CharsetDecoder(const CharsetDecoder&) = delete;
  CharsetDecoder& operator=(const CharsetDecoder&) = delete;

  // The next bytes; in the end that there are no more. After a refusal there is nothing to call.
  // Refuse with WRONG_CHARSET {charset, byte} once all text before that byte was taken. A zero is
  // no text of UTF-8: it comes from UTF-16 without a mark.
  absl::Status Read(std::string_view bytes);
  absl::Status Finish();

 private:
  absl::Status Begin(bool all);
  absl::Status Take(std::string_view bytes, bool all);
  absl::Status TakeUtf8(std::string_view bytes, bool all);
  absl::Status Convert(std::string_view bytes, bool all);
  absl::Status WrongAt(size_t byte) const;

  std::string charset_;
  const TakeText take_;
  bool begun_ = false;
  std::string rest_;        // the beginning until it is known; of UTF-8, a character cut off
  size_t taken_bytes_ = 0;  // of the file
  std::unique_ptr<UConverter, void (*)(UConverter*)> converter_;  // null: UTF-8
  std::u16string units_;  // a surrogate whose other half has not come yet
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IDENTITY_CHARSET_H_
