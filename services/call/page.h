// Pages of lists (AIP-158).

#ifndef ROSTER_SERVICES_CALL_PAGE_H_
#define ROSTER_SERVICES_CALL_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "domain/list/page.h"
#include "domain/world/past.h"
#include "domain/world/world.h"
#include "services/method/handler.h"

namespace roster::services {

// A page of a list: where it begins, how long it may be, and the world that it shows. All pages of
// a sequence show the position of the first, also after a restart. The query outlives it.
class Page {
 public:
  // Reads the page that a request asks for. `list` names the list with all that it depends on. A
  // token that was not given out for it is refused with INVALID_PAGE_TOKEN, a negative size with
  // INVALID_FIELDS. 0 means 50; more than 1000 means 1000.
  static absl::StatusOr<Page> Read(const QueryContext& query, std::string_view list,
                                   int32_t page_size, const std::string& page_token);

  size_t size() const { return bounds_.size; }
  // The last key of the page before; empty for the first page.
  const std::string& after() const { return bounds_.after; }
  domain::PastWorld World() const { return {query_->world, position_}; }
  domain::Position position() const { return position_; }

  // The token of the page after `last_key`. Authenticated and unreadable: keys of sorted lists hold
  // personal data.
  std::string NextToken(std::string_view last_key) const;

  // Offers the rows of the page to `take` (domain::ScanPage). Returns the token of the next page;
  // empty after the last.
  std::string Scan(const domain::World& world, const domain::RowRanges& rows,
                   domain::TakeRow take) const;

 private:
  Page(const QueryContext& query, std::string context);

  const QueryContext* query_;
  std::string context_;  // what tokens of the list are bound to
  domain::PageBounds bounds_;
  domain::Position position_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CALL_PAGE_H_
