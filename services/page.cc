#include "services/page.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "domain/refusal.h"
#include "services/ids.h"
#include "storage/sha256.h"

namespace roster::services {
namespace {

constexpr int32_t kDefaultSize = 50;
constexpr int32_t kLargestSize = 1000;
constexpr size_t kDigestBytes = 8;
constexpr size_t kMaxRowsRead = 10'000;

std::string Digest(std::string_view query) {
  return storage::Sha256(query).substr(0, kDigestBytes);
}

}  // namespace

absl::StatusOr<Page> ReadPage(std::string_view query, int32_t page_size,
                              std::string_view page_token) {
  if (page_size < 0) {
    return domain::RefuseFields({{"page_size", domain::Reason::kInvalidValue}});
  }
  Page page;
  page.size =
      static_cast<size_t>(page_size == 0 ? kDefaultSize : std::min(page_size, kLargestSize));
  if (page_token.empty()) return page;
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(absl::string_view(page_token.data(), page_token.size()),
                                   &bytes) ||
      bytes.size() <= kDigestBytes || bytes.substr(0, kDigestBytes) != Digest(query)) {
    return domain::Refuse(domain::Reason::kInvalidPageToken);
  }
  page.after = bytes.substr(kDigestBytes);
  return page;
}

std::string ScanPage(const domain::World& world, domain::Table table, std::string_view prefix,
                     std::string_view query, const Page& page,
                     absl::FunctionRef<bool(std::string_view value)> take) {
  const std::string after = page.after.empty() ? "" : std::string(prefix) + page.after;
  std::string token;
  std::string last;
  size_t taken = 0;
  size_t rows_read = 0;
  world.Scan(table, prefix, after, [&](std::string_view key, std::string_view value) {
    if (taken == page.size || rows_read++ == kMaxRowsRead) {
      token = PageToken(query, last);
      return false;
    }
    last = key.substr(prefix.size());
    if (take(value)) ++taken;
    return true;
  });
  return token;
}

std::string PageToken(std::string_view query, std::string_view last_key) {
  return absl::WebSafeBase64Escape(Digest(query).append(last_key));
}

}  // namespace roster::services
