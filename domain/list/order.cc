#include "domain/list/order.h"

#include <string>

#include "domain/base/refusal.h"
#include "domain/text/text.h"

namespace roster::domain {
namespace {

constexpr std::string_view kDescending = " desc";

absl::Status RefuseOrder(const std::vector<std::string_view>& names) {
  std::string all;
  for (const std::string_view name : names) all.append(all.empty() ? "" : ", ").append(name);
  return RefuseFields({{.field = "order_by",
                        .reason = Reason::kInvalidValue,
                        .detail = "one field, or one field and desc, is expected: " + all}});
}

}  // namespace

absl::StatusOr<Order> ParseOrder(const std::vector<std::string_view>& names,
                                 std::string_view order_by) {
  std::string name = Trim(order_by);
  Order order;
  if (name.empty()) return order;
  if (name.size() > kDescending.size() && name.ends_with(kDescending)) {
    order.direction = Direction::kDescending;
    name = Trim(name.substr(0, name.size() - kDescending.size()));
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) order.field = i;
  }
  if (!order.field) return RefuseOrder(names);
  return order;
}

}  // namespace roster::domain
