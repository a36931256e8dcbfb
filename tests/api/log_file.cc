#include "tests/api/log_file.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace roster::api_test {

std::string LogFile::Text() const {
  std::string text;
  char buffer[16 << 10];
  // At a place of its own, so that the server goes on writing at the end.
  while (true) {
    const ssize_t got =
        pread(fileno(file_), buffer, sizeof(buffer), static_cast<off_t>(text.size()));
    if (got <= 0) return text;
    text.append(buffer, static_cast<size_t>(got));
  }
}

std::vector<std::string> LogFile::CallsAfter(size_t line) const {
  std::vector<std::string> calls;
  for (const auto each : absl::StrSplit(Text(), '\n', absl::SkipEmpty())) {
    if (absl::StrContains(each, "\"method\":")) calls.emplace_back(each);
  }
  calls.erase(calls.begin(), calls.begin() + static_cast<ptrdiff_t>(std::min(line, calls.size())));
  return calls;
}

}  // namespace roster::api_test
