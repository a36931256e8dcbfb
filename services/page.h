// Pages of lists (AIP-158).

#ifndef ROSTER_SERVICES_PAGE_H_
#define ROSTER_SERVICES_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

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

// The token of the page after `last_key`. Opaque; holds no secret: a forged one only chooses where
// its own query goes on.
std::string PageToken(std::string_view query, std::string_view last_key);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_PAGE_H_
