// Scanning rows that lie in an ordered map.

#ifndef ROSTER_DOMAIN_WORLD_ROWS_IN_ORDER_H_
#define ROSTER_DOMAIN_WORLD_ROWS_IN_ORDER_H_

#include <iterator>
#include <string>
#include <string_view>

#include "domain/world/world.h"

namespace roster::domain {

// Whether a scan in this direction comes to the one key before it comes to the other.
inline bool ComesBefore(std::string_view one, std::string_view other, Direction direction) {
  return direction == Direction::kAscending ? one < other : one > other;
}

// The rows of a map that a scan visits, one after the other. The map outlives it, unchanged.
template <typename Rows>
class RowsInOrder {
 public:
  RowsInOrder(const Rows& rows, std::string_view prefix, std::string_view after,
              Direction direction)
      : begin_(rows.lower_bound(prefix)), ascending_(direction == Direction::kAscending) {
    const std::string bound = UpperBound(prefix);
    end_ = bound.empty() ? rows.end() : rows.lower_bound(bound);
    if (after.empty()) return;
    const bool beyond = !bound.empty() && after >= bound;
    if (ascending_) {
      if (beyond) begin_ = end_;
      if (!beyond && after >= prefix) begin_ = rows.upper_bound(after);
    } else {
      if (after < prefix) end_ = begin_;
      if (!beyond && after >= prefix) end_ = rows.lower_bound(after);
    }
  }

  // The next row; null after the last.
  const typename Rows::value_type* Peek() const {
    if (begin_ == end_) return nullptr;
    return ascending_ ? &*begin_ : &*std::prev(end_);
  }
  void Pop() {
    if (ascending_) {
      ++begin_;
    } else {
      --end_;
    }
  }

 private:
  typename Rows::const_iterator begin_;
  typename Rows::const_iterator end_;
  const bool ascending_;
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_WORLD_ROWS_IN_ORDER_H_
