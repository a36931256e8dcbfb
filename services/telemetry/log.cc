#include "services/telemetry/log.h"

#include <poll.h>
#include <unicode/utf8.h>

#include <array>
#include <charconv>
#include <climits>
#include <cmath>
#include <type_traits>

#include "absl/time/clock.h"

namespace roster::services {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};
constexpr UChar32 kReplacement = 0xFFFD;

// More than RFC 8259 §7 demands: DEL and the C1 controls, which terminals act on, and the two
// separators that end a line in JavaScript.
bool MustEscape(UChar32 character) {
  return character < 0x20 || (character >= 0x7F && character <= 0x9F) || character == 0x2028 ||
         character == 0x2029 || character == kReplacement;
}

void AppendEscape(std::string& line, UChar32 character) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  line += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) line += kDigits[(character >> shift) & 0xF];
}

void AppendString(std::string& line, std::string_view text) {
  line += '"';
  for (std::size_t next = 0; next < text.size();) {
    const std::size_t start = next;
    UChar32 character = 0;
    U8_NEXT_OR_FFFD(text.data(), next, text.size(), character);
    if (character == '"' || character == '\\') {
      line += '\\';
      line += static_cast<char>(character);
    } else if (character == '\n') {
      line += "\\n";
    } else if (MustEscape(character)) {
      AppendEscape(line, character);
    } else {
      line += text.substr(start, next - start);
    }
  }
  line += '"';
}

template <typename Number>
void AppendNumber(std::string& line, Number number) {
  std::array<char, 32> digits;  // the shortest form of a double takes at most 24
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  line.append(digits.data(), end);
}

void AppendValue(std::string& line, const decltype(Field::value)& value) {
  std::visit(
      [&line](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::string>) {
          AppendString(line, held);
        } else if constexpr (std::is_same_v<Held, bool>) {
          line += held ? "true" : "false";
        } else if constexpr (std::is_same_v<Held, double>) {
          if (std::isfinite(held)) {
            AppendNumber(line, held);
          } else {
            line += "null";
          }
        } else {
          AppendNumber(line, held);
        }
      },
      value);
}

}  // namespace

std::string_view LevelName(Level level) { return kLevelNames[static_cast<std::size_t>(level)]; }

std::optional<Level> ParseLevel(std::string_view name) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == name) return static_cast<Level>(i);
  }
  return std::nullopt;
}

std::string JsonLine(absl::Time time, Level level, std::string_view message,
                     std::span<const Field> fields) {
  std::string line = R"({"time":")";
  line += absl::FormatTime("%E4Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
  line += R"(","level":")";
  line += LevelName(level);
  line += R"(","message":)";
  AppendString(line, message);
  for (const Field& field : fields) {
    line += ',';
    AppendString(line, field.key);
    line += ':';
    AppendValue(line, field.value);
  }
  line += "}\n";
  return line;
}

void Logger::Write(Level level, std::string_view message, std::span<const Field> fields) {
  if (!Enabled(level)) return;
  // The time is taken under the lock, so that it never runs backwards from one line to the next.
  storage::MutexLock lock(mutex_);
  const absl::Time now = absl::Now();
  if (lost_ > 0) {
    const Field lost("lines", lost_);
    if (Emit(JsonLine(now, Level::kWarning, "lines of this log were lost", {&lost, 1}))) lost_ = 0;
  }
  if (lost_ > 0 || !Emit(JsonLine(now, level, message, fields))) ++lost_;
}

bool Logger::Emit(const std::string& line) {
  // A pipe that is ready takes this much at once.
  const std::string_view all = std::string_view(line).substr(0, PIPE_BUF);
  pollfd ready = {.fd = fileno(stream_), .events = POLLOUT, .revents = 0};
  if (ready.fd >= 0 && (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0)) return false;
  if (std::fwrite(all.data(), 1, all.size(), stream_) != all.size()) return false;
  if (all.size() < line.size()) std::fputc('\n', stream_);
  return std::fflush(stream_) == 0;
}

}  // namespace roster::services
