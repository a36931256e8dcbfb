#include "services/identity/delimiter.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace roster::services {
namespace {

constexpr std::string_view kCandidates = ",;\t|";  // of equal ones the first
constexpr std::string_view kLineEnds = "\r\n";
constexpr std::string_view kSeparator = "sep=";

// The sign that a line of the form sep=; says, within quotes or not.
std::optional<char> SaidBy(std::string_view line) {
  if (line.size() > 1 && line.front() == '"' && line.back() == '"') {
    line = line.substr(1, line.size() - 2);
  }
  if (line.size() != kSeparator.size() + 1 || !IsDelimiter(line.substr(kSeparator.size()))) {
    return std::nullopt;
  }
  const bool says =
      absl::StartsWithIgnoreCase(absl::string_view(line.data(), line.size()),
                                 absl::string_view(kSeparator.data(), kSeparator.size()));
  return says ? std::optional(line.back()) : std::nullopt;
}

// Nothing where no line is whole that has a candidate.
std::optional<char> Find(std::string_view text, bool all) {
  std::array<size_t, kCandidates.size()> counts{};
  const auto most = [&] { return std::max_element(counts.begin(), counts.end()); };
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (kLineEnds.find(c) != kLineEnds.npos && *most() > 0) {
      all = true;
      break;
    }
    const size_t candidate = kCandidates.find(c);
    if (candidate != kCandidates.npos) ++counts[candidate];
  }
  if (!all) return std::nullopt;
  return kCandidates[static_cast<size_t>(most() - counts.begin())];
}

}  // namespace

bool IsDelimiter(std::string_view text) {
  return text == "\t" || (text.size() == 1 && absl::ascii_ispunct(text[0]) && text[0] != '"');
}

std::optional<Beginning> ReadBeginning(std::string_view text, char given, bool all) {
  all = all || text.size() >= kMostBeginningBytes;
  const size_t end = text.find_first_of(kLineEnds);
  if (end == text.npos && !all) return std::nullopt;
  const std::string_view first = text.substr(0, end);
  if (const auto said = SaidBy(first)) {
    return Beginning{.delimiter = given == '\0' ? *said : given, .skipped_bytes = first.size()};
  }
  if (given != '\0') return Beginning{.delimiter = given};
  const auto found = Find(text.substr(0, kMostBeginningBytes), all);
  return found ? std::optional(Beginning{.delimiter = *found}) : std::nullopt;
}

}  // namespace roster::services
