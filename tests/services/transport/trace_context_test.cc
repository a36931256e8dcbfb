#include "services/transport/trace_context.h"

#include <gtest/gtest.h>

#include <string>

namespace roster::services {
namespace {

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kSpan[] = "00f067aa0ba902b7";

std::string Header(const std::string& trace, const std::string& span,
                   const std::string& version = "00", const std::string& flags = "01") {
  return version + "-" + trace + "-" + span + "-" + flags;
}

TEST(TraceContextTest, ReadsVersion00) {
  for (const char* flags : {"00", "01", "ff"}) {
    const auto context = ParseTraceparent(Header(kTrace, kSpan, "00", flags));
    ASSERT_TRUE(context);
    EXPECT_EQ(context->trace_id, kTrace);
    EXPECT_EQ(context->span_id, kSpan);
  }
}

TEST(TraceContextTest, IgnoresEverythingElse) {
  const std::string good = Header(kTrace, kSpan);
  std::string upper = good;
  upper[4] = 'B';
  const std::string headers[] = {"",
                                 "00",
                                 good + " ",
                                 good + "-what",
                                 " " + good,
                                 good.substr(1),
                                 upper,
                                 Header(kTrace, kSpan, "01"),
                                 Header(kTrace, kSpan, "ff"),
                                 Header(kTrace, kSpan, "00", "0g"),
                                 Header(std::string(32, '0'), kSpan),
                                 Header(kTrace, std::string(16, '0')),
                                 Header(std::string(kTrace).replace(5, 1, "\n"), kSpan),
                                 Header(std::string(kTrace).replace(5, 1, "-"), kSpan)};
  for (const std::string& header : headers) EXPECT_FALSE(ParseTraceparent(header)) << header;
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = 'x';
    EXPECT_FALSE(ParseTraceparent(changed)) << changed;
  }
}

}  // namespace
}  // namespace roster::services
