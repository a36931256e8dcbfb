#include "domain/list/page.h"

#include "absl/strings/match.h"

namespace roster::domain {

std::optional<std::string> ScanPage(const World& world, const RowRanges& rows,
                                    const PageBounds& page, TakeRow take) {
  std::string last;
  bool full = false;
  size_t taken = 0;
  size_t rows_read = 0;
  const auto look = [&](std::string_view key, std::string_view value) {
    full = taken == page.size || rows_read++ == kMaxRowsOfPage;
    if (full) return false;
    last = key;
    if (take(key, value)) ++taken;
    return true;
  };
  bool begun = page.after.empty();
  for (const std::string& prefix : rows.prefixes) {
    const bool goes_on = !begun && absl::StartsWith(page.after, prefix);
    begun = begun || goes_on;
    if (!begun) continue;
    world.Scan(rows.table, prefix, goes_on ? page.after : "", look, rows.direction);
    if (full) return last;
  }
  return std::nullopt;
}

}  // namespace roster::domain
