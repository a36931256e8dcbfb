// Pages of lists (AIP-158).

#ifndef ROSTER_SERVICES_PAGE_H_
#define ROSTER_SERVICES_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "domain/world/world.h"

namespace roster::services {

// Where a page begins and how long it may be.
struct Page {
  size_t size = 0;
  std::string after;  // the last key of the page before; empty for the first page
};

// Reads the page that a request asks for. `query` names the list with all that it depends on; a
// token of another query is refused with INVALID_PAGE_TOKEN, a negative size with INVALID_FIELDS. 0
// means 50; more than 1000 means 1000.
absl::StatusOr<Page> ReadPage(std::string_view query, int32_t page_size,
                              std::string_view page_token);

// Offers the rows of a page to `take`, in order: those with the prefix that come after the page's
// start. `take` says whether a row is part of the list; the page ends when it has its size, or when
// it has looked at 10 000 rows, so that a list of which little is shown can't make it slow. Returns
// the token of the next page; empty after the last.
std::string ScanPage(const domain::World& world, domain::Table table, std::string_view prefix,
                     std::string_view query, const Page& page,
                     absl::FunctionRef<bool(std::string_view value)> take);

// The token of the page after `last_key`. Opaque; holds no secret: a forged one only chooses where
// its own query goes on.
std::string PageToken(std::string_view query, std::string_view last_key);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_PAGE_H_
