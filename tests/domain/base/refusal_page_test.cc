// docs/reasons.md is what the table of reasons says, and comments of protos name no other reasons.
// To write the page anew:
//   ROSTER_WRITE_PAGES=1 build/release/tests/domain/domain_test --gtest_filter='ReasonsPage*'

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/base/refusal.h"

namespace roster::domain {
namespace {

constexpr char kPage[] = ROSTER_DOCS "/reasons.md";

constexpr char kHead[] = R"(# Reasons

Why a call was refused: `google.rpc.ErrorInfo.reason`, with the domain `roster`. A reason is never
renamed and never gets another code. Which ones a call may give stands in its comment in `proto/`,
the metadata too. Where there is a time to retry after, `google.rpc.RetryInfo` has it and nothing
was changed; elsewhere a repeat helps only when the request, the resource or the caller's rights
have changed. Fields of `INVALID_FIELDS` carry their own reason in `google.rpc.BadRequest`, and rows
of an import theirs in `RowError`.

This page is made from `domain/base/reasons.def`; a test compares them.

| Reason | Code | Meaning | Retry after |
|---|---|---|---|
)";

std::string Page() {
  std::string page = kHead;
  for (int i = 0; i <= static_cast<int>(Reason::kNotImplemented); ++i) {
    const auto reason = static_cast<Reason>(i);
    const auto retry = RetryAfter(reason);
    absl::StrAppend(&page, "| `", std::string(ReasonName(reason)), "` | ",
                    absl::StatusCodeToString(Refuse(reason).code()), " | ",
                    std::string(ReasonMessage(reason)), " | ",
                    retry ? absl::FormatDuration(*retry) : "", " |\n");
  }
  return page;
}

TEST(ReasonsPageTest, IsWhatTheTableSays) {
  if (std::getenv("ROSTER_WRITE_PAGES") != nullptr) std::ofstream(kPage) << Page();
  std::ostringstream written;
  written << std::ifstream(kPage).rdbuf();
  EXPECT_EQ(written.str(), Page());
}

// The names in the comments `// Reasons: ...` of a proto.
std::vector<std::string> ReasonsIn(const std::filesystem::path& proto) {
  std::ifstream file(proto);
  std::vector<std::string> names;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.find("// Reasons: ") != std::string::npos) inside = true;
    if (line.find("//") == std::string::npos) inside = false;
    if (!inside) continue;
    static const std::regex kName("\\b[A-Z][A-Z_]+\\b");
    for (std::sregex_iterator name(line.begin(), line.end(), kName), end; name != end; ++name) {
      names.push_back(name->str());
    }
  }
  return names;
}

TEST(ReasonsInProtosTest, AreInTheTable) {
  size_t found = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(ROSTER_DOCS "/../proto")) {
    if (entry.path().extension() != ".proto") continue;
    for (const std::string& name : ReasonsIn(entry.path())) {
      ++found;
      EXPECT_TRUE(FindReason(name)) << name << " in " << entry.path();
    }
  }
  EXPECT_GT(found, 50u);
}

}  // namespace
}  // namespace roster::domain
