// The order of a list (AIP-132).

#ifndef ROSTER_DOMAIN_LIST_ORDER_H_
#define ROSTER_DOMAIN_LIST_ORDER_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/world/world.h"

namespace roster::domain {

struct Order {
  std::optional<size_t> field;  // index of a name; nothing: whatever is found first
  Direction direction = Direction::kAscending;
};

// Parses `name` or `name desc`; empty text is no order. Refuses INVALID_FIELDS: `order_by`.
absl::StatusOr<Order> ParseOrder(const std::vector<std::string_view>& names,
                                 std::string_view order_by);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_LIST_ORDER_H_
