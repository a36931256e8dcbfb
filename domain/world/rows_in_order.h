// Scanning rows that lie in an ordered map.

#ifndef ROSTER_DOMAIN_WORLD_ROWS_IN_ORDER_H_
#define ROSTER_DOMAIN_WORLD_ROWS_IN_ORDER_H_

#include <string_view>

namespace roster::domain {

inline bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// The first row that a scan may visit.
template <typename Rows>
auto FirstRow(const Rows& rows, std::string_view prefix, std::string_view after) {
  return after < prefix ? rows.lower_bound(prefix) : rows.upper_bound(after);
}

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_WORLD_ROWS_IN_ORDER_H_
