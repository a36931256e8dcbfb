// The server's log: one JSON object a line, for machines first.
//
//   {"time":"2026-01-31T09:30:00.123Z","level":"info","message":"listening","port":7070}
//
// Own code, because each library that the project uses builds a tree of messages before it writes a
// flat JSON line. ICU decides whether bytes are UTF-8.

#ifndef ROSTER_SERVICES_TELEMETRY_LOG_H_
#define ROSTER_SERVICES_TELEMETRY_LOG_H_

#include <concepts>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "storage/base/mutex.h"

namespace roster::services {

enum class Level { kDebug, kInfo, kWarning, kError };

// "debug", "info", "warning", "error".
std::string_view LevelName(Level level);

// The level of that name; nothing for any other text.
std::optional<Level> ParseLevel(std::string_view name);

// One key and value of a line. Durations and sizes say their unit last in the key (`took_ms`,
// `size_bytes`).
struct Field {
  Field(std::string_view key, std::string_view text) : key(key), value(std::string(text)) {}
  Field(std::string_view key, const char* text) : key(key), value(std::string(text)) {}
  Field(std::string_view key, const std::string& text) : key(key), value(text) {}
  Field(std::string_view key, bool flag) : key(key), value(flag) {}
  Field(std::string_view key, double number) : key(key), value(number) {}
  // A number too large for a signed 64-bit one becomes the largest of those.
  template <std::integral Number>
  Field(std::string_view key, Number number)
      : key(key),
        value(std::in_range<std::int64_t>(number) ? static_cast<std::int64_t>(number)
                                                  : std::numeric_limits<std::int64_t>::max()) {}

  std::string key;
  std::variant<std::string, std::int64_t, double, bool> value;
};

// The line of one entry, with its newline. Control characters, quotes, U+2028 and U+2029 are
// escaped; each ill-formed UTF-8 sequence becomes U+FFFD; a number that JSON cannot hold (NaN,
// infinity) becomes null. Keys are written as given: "time", "level" and "message" are taken.
std::string JsonLine(absl::Time time, Level level, std::string_view message,
                     std::span<const Field> fields);

// Writes the entries of at least the minimum level to a stream. Thread-safe: lines of different
// threads never mix. It never waits for who reads the stream: while a pipe or a socket is full, and
// where the stream fails, lines are lost, and the next one that is written comes after one that
// says how many.
class Logger {
 public:
  // The stream is not owned and outlives the logger.
  Logger(std::FILE* stream, Level minimum) : minimum_(minimum), stream_(stream) {}

  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  // True if Write(level) would emit. Check it before building expensive fields.
  bool Enabled(Level level) const { return level >= minimum_; }

  void Write(Level level, std::string_view message, std::span<const Field> fields);
  void Write(Level level, std::string_view message, std::initializer_list<Field> fields = {}) {
    Write(level, message, std::span<const Field>(fields.begin(), fields.size()));
  }

 private:
  // Whether the stream takes a line now.
  bool Emit(const std::string& line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Level minimum_;
  storage::Mutex mutex_;
  std::FILE* const stream_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t lost_ ABSL_GUARDED_BY(mutex_) = 0;  // lines since the last one that was written
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TELEMETRY_LOG_H_
