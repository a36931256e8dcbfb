// What stands between the cells of a file: given, said by its first line, or found. Pure.

#ifndef ROSTER_SERVICES_IDENTITY_DELIMITER_H_
#define ROSTER_SERVICES_IDENTITY_DELIMITER_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace roster::services {

// A tab, or a sign of ASCII that is no letter, digit, blank, quote or line end.
bool IsDelimiter(std::string_view text);

// The beginning of a file.
struct Beginning {
  char delimiter = ',';
  size_t skipped_bytes = 0;  // of a first line that says the delimiter, without its end
};

// At most so much of a file is looked at.
inline constexpr size_t kMostBeginningBytes = 64 << 10;

// `given`, unless it is zero; else the sign after `sep=`, as Excel writes it into the first line;
// else the comma, semicolon, tab or bar that is found most, outside quotes, in the first line that
// has any; else a comma. Nothing where more of the text is needed; `all`: there is no more.
std::optional<Beginning> ReadBeginning(std::string_view text, char given, bool all);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IDENTITY_DELIMITER_H_
