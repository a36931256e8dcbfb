// The walk through the rows of a page of a list (AIP-158).

#ifndef ROSTER_DOMAIN_LIST_PAGE_H_
#define ROSTER_DOMAIN_LIST_PAGE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "domain/world/world.h"

namespace roster::domain {

// How many rows a page looks at, at most, so that a list of which little is shown can't make it
// slow.
inline constexpr size_t kMaxRowsOfPage = 10'000;

// Where a page begins, and how many items it has.
struct PageBounds {
  std::string after = {};  // the last key of the page before; empty for the first page
  size_t size = 0;         // at least 1
};

// Offers the rows in the ranges that come after the page's start to `take`, in order; `take` says
// whether a row is an item of the list. The page ends when it has its size, or has looked at
// kMaxRowsOfPage rows. Returns the last key that it looked at when more rows follow; nothing after
// the last page.
using TakeRow = absl::FunctionRef<bool(std::string_view key, std::string_view value)>;
std::optional<std::string> ScanPage(const World& world, const RowRanges& rows,
                                    const PageBounds& page, TakeRow take);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_LIST_PAGE_H_
