#include "services/call/page.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "domain/base/refusal.h"
#include "domain/base/wrong.h"
#include "storage/crypto/aead.h"

namespace roster::services {
namespace {

constexpr int32_t kDefaultSize = 50;
constexpr int32_t kLargestSize = 1000;

std::string ContextOf(const QueryContext& query, std::string_view list) {
  std::string context(list);
  if (query.as_of) absl::StrAppend(&context, "\nas_of ", *query.as_of);
  return context;
}

}  // namespace

Page::Page(const QueryContext& query, std::string context)
    : query_(&query), context_(std::move(context)), position_(query.world.position()) {}

absl::StatusOr<Page> Page::Read(const QueryContext& query, std::string_view list, int32_t page_size,
                                const std::string& page_token) {
  if (page_size < 0) {
    return domain::RefuseFields(
        {{"page_size", domain::Reason::kInvalidValue, domain::wrong::OutOfRange(0, kLargestSize)}});
  }
  Page page(query, ContextOf(query, list));
  page.bounds_.size =
      static_cast<size_t>(page_size == 0 ? kDefaultSize : std::min(page_size, kLargestSize));
  if (page_token.empty()) return page;
  std::string sealed;
  std::optional<std::string> text;
  // Only as it was written: the last letter of a token may have bits that say nothing.
  if (absl::WebSafeBase64Unescape(page_token, &sealed) &&
      absl::WebSafeBase64Escape(sealed) == page_token) {
    text = storage::Open(query.page_key, page.context_, sealed);
  }
  if (!text || text->size() < domain::kPositionBytes) {
    return domain::Refuse(domain::Reason::kInvalidPageToken);
  }
  page.bounds_.after = text->substr(0, text->size() - domain::kPositionBytes);
  page.position_ = domain::TrailingPosition(*text);
  if (page.position_ > query.world.position()) {
    return domain::Refuse(domain::Reason::kInvalidPageToken);
  }
  return page;
}

std::string Page::NextToken(std::string_view last_key) const {
  std::string text(last_key);
  domain::AppendPosition(text, position_);
  return absl::WebSafeBase64Escape(storage::Seal(query_->page_key, context_, text));
}

std::string Page::Scan(const domain::World& world, const domain::RowRanges& rows,
                       domain::TakeRow take) const {
  const auto last = domain::ScanPage(world, rows, bounds_, take);
  return last ? NextToken(*last) : "";
}

}  // namespace roster::services
