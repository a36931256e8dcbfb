#include "services/telemetry/log.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace roster::services {
namespace {

// The message part of a line, as JSON writes it, quotes included.
std::string Escaped(std::string_view text) {
  const std::string line = JsonLine(absl::UnixEpoch(), Level::kInfo, text, {});
  const std::string start = R"({"time":"1970-01-01T00:00:00.000Z","level":"info","message":)";
  EXPECT_EQ(line.substr(0, start.size()), start);
  EXPECT_EQ(line.substr(line.size() - 2), "}\n");
  return line.substr(start.size(), line.size() - start.size() - 2);
}

// What a logger writes to its stream.
class LogStream {
 public:
  LogStream() : file_(std::tmpfile()) {}
  ~LogStream() { std::fclose(file_); }

  std::FILE* get() const { return file_; }

  std::vector<std::string> Lines() const {
    std::rewind(file_);
    std::vector<std::string> lines;
    std::string line;
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) {
      if (c != '\n') {
        line += static_cast<char>(c);
      } else {
        lines.push_back(std::exchange(line, {}));
      }
    }
    EXPECT_EQ(line, "") << "the last line lacks its newline";
    return lines;
  }

 private:
  std::FILE* const file_;
};

TEST(JsonLineTest, WritesTimeLevelMessageAndFieldsInOrder) {
  const std::vector<Field> fields = {
      {"user", "u1"}, {"count", 3}, {"took_ms", 1.5}, {"cached", true}, {"fresh", false}};
  const absl::Time time = absl::FromUnixMillis(1'769'851'800'007);
  EXPECT_EQ(JsonLine(time, Level::kWarning, "slow call", fields),
            R"({"time":"2026-01-31T09:30:00.007Z","level":"warning","message":"slow call",)"
            R"("user":"u1","count":3,"took_ms":1.5,"cached":true,"fresh":false})"
            "\n");
}

TEST(JsonLineTest, NumbersBeyondJsonAreMadeToFit) {
  const std::vector<Field> fields = {{"nan", std::nan("")},
                                     {"infinite", -HUGE_VAL},
                                     {"lowest", std::numeric_limits<std::int64_t>::min()},
                                     {"too_large", std::numeric_limits<std::uint64_t>::max()},
                                     {"small", 5e-324}};
  const std::string line = JsonLine(absl::UnixEpoch(), Level::kInfo, "", fields);
  EXPECT_NE(line.find(R"("nan":null,"infinite":null,"lowest":-9223372036854775808,)"
                      R"("too_large":9223372036854775807,"small":5e-324})"),
            std::string::npos)
      << line;
}

TEST(JsonLineTest, KeysAreEscapedToo) {
  const std::vector<Field> fields = {{"a\"b", 1}};
  const std::string line = JsonLine(absl::UnixEpoch(), Level::kInfo, "", fields);
  EXPECT_NE(line.find(R"("a\"b":1)"), std::string::npos) << line;
}

TEST(JsonLineTest, EscapesText) {
  using namespace std::string_view_literals;
  const struct {
    std::string_view text;
    std::string_view json;
  } cases[] = {
      {"plain / text", R"("plain / text")"},
      {R"(say "no" \ yes)", R"("say \"no\" \\ yes")"},
      {"a\nb\r\t", R"("a\nb\u000d\u0009")"},
      {"\0\x1f\x7f"sv, R"("\u0000\u001f\u007f")"},
      {"\xC2\x85 \xC2\xA0", "\"\\u0085 \xC2\xA0\""},  // a C1 control; a no-break space is text
      {"a\xE2\x80\xA8z\xE2\x80\xA9", R"("a\u2028z\u2029")"},
      {"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", "\"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\""},
  };
  for (const auto& each : cases) EXPECT_EQ(Escaped(each.text), each.json);
}

TEST(JsonLineTest, ReplacesIllFormedUtf8) {
  const struct {
    const char* name;
    std::string_view text;
    std::string_view json;
  } cases[] = {
      {"stray trail byte", "a\x80z", R"("a\ufffdz")"},
      {"lead byte at the end", "a\xE2\x82", R"("a\ufffd")"},
      {"lead byte before text", "\xC3z", R"("\ufffdz")"},
      {"overlong slash", "\xC0\xAF", R"("\ufffd\ufffd")"},
      {"surrogate", "\xED\xA0\x80z", R"("\ufffd\ufffd\ufffdz")"},
      {"beyond U+10FFFF", "\xF4\x90\x80\x80", R"("\ufffd\ufffd\ufffd\ufffd")"},
      {"never a byte of UTF-8", "\xFF\"", R"("\ufffd\"")"},
  };
  for (const auto& each : cases) EXPECT_EQ(Escaped(each.text), each.json) << each.name;
}

TEST(LevelTest, NamesAreReadBack) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    EXPECT_EQ(ParseLevel(LevelName(level)), level);
  }
  EXPECT_EQ(LevelName(Level::kWarning), "warning");
  EXPECT_EQ(ParseLevel("WARNING"), std::nullopt);
  EXPECT_EQ(ParseLevel(""), std::nullopt);
}

TEST(LoggerTest, LeavesOutWhatIsBelowTheMinimum) {
  const LogStream stream;
  Logger logger(stream.get(), Level::kWarning);
  EXPECT_FALSE(logger.Enabled(Level::kInfo));
  EXPECT_TRUE(logger.Enabled(Level::kWarning));
  logger.Write(Level::kInfo, "left out");
  logger.Write(Level::kWarning, "kept", {{"n", 1}});
  logger.Write(Level::kError, "kept too");
  const std::vector<std::string> lines = stream.Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0].find(R"("level":"warning","message":"kept","n":1})"), std::string::npos);
  EXPECT_NE(lines[1].find(R"("level":"error","message":"kept too"})"), std::string::npos);
}

// Nobody reads the pipe: lines are lost and counted, and no call waits.
TEST(LoggerTest, AM5_AFullPipeStopsNobody) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::FILE* stream = fdopen(ends[1], "w");
  Logger logger(stream, Level::kInfo);
  constexpr int kLines = 5000;  // more than a pipe holds
  for (int i = 0; i < kLines; ++i) logger.Write(Level::kInfo, std::string(100, 'x'));
  std::string read;
  char buffer[1 << 16];
  const auto drain = [&] {
    pollfd ready = {.fd = ends[0], .events = POLLIN, .revents = 0};
    while (poll(&ready, 1, 0) == 1) {
      read.append(buffer, static_cast<size_t>(::read(ends[0], buffer, sizeof(buffer))));
    }
  };
  drain();
  const auto written = std::count(read.begin(), read.end(), '\n');
  EXPECT_GT(written, 0);
  EXPECT_LT(written, kLines);
  read.clear();
  logger.Write(Level::kInfo, "after");
  drain();
  EXPECT_NE(read.find(R"("message":"lines of this log were lost","lines":)" +
                      std::to_string(kLines - written) + "}\n"),
            std::string::npos)
      << read;
  EXPECT_NE(read.find(R"("message":"after"})"), std::string::npos) << read;
  std::fclose(stream);
  close(ends[0]);
}

TEST(LoggerTest, LinesOfManyThreadsDoNotMix) {
  constexpr int kThreads = 8;
  constexpr int kLines = 200;
  const LogStream stream;
  Logger logger(stream.get(), Level::kInfo);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&logger, t] {
      const std::string payload(300, static_cast<char>('a' + t));
      for (int i = 0; i < kLines; ++i) logger.Write(Level::kInfo, payload, {{"thread", t}});
    });
  }
  for (std::thread& thread : threads) thread.join();

  std::vector<int> seen(kThreads, 0);
  std::string last_time;
  for (const std::string& line : stream.Lines()) {
    for (int t = 0; t < kThreads; ++t) {
      const std::string tail = R"("message":")" + std::string(300, static_cast<char>('a' + t)) +
                               R"(","thread":)" + std::to_string(t) + "}";
      if (line.ends_with(tail)) ++seen[t];
    }
    const std::string time = line.substr(0, line.find("Z"));
    EXPECT_GE(time, last_time);
    last_time = time;
  }
  EXPECT_EQ(seen, std::vector<int>(kThreads, kLines));
}

}  // namespace
}  // namespace roster::services
