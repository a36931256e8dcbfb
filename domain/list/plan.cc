#include "domain/list/plan.h"

#include <algorithm>

namespace roster::domain {

const Comparison* FindRequired(const std::vector<const Comparison*>& required,
                               std::string_view field) {
  for (const Comparison* comparison : required) {
    if (comparison->name() != field) continue;
    const bool is_set = comparison->field != nullptr && comparison->field->holds != nullptr;
    if (comparison->op == Operator::kEqual || (comparison->op == Operator::kHas && is_set)) {
      return comparison;
    }
  }
  return nullptr;
}

bool IsFirstKey(const RowRanges& rows, std::string_view key, const std::vector<std::string>& keys) {
  return std::none_of(keys.begin(), keys.end(), [&](const std::string& other) {
    return other < key &&
           std::any_of(rows.prefixes.begin(), rows.prefixes.end(),
                       [&](const auto& prefix) { return other.starts_with(prefix); });
  });
}

}  // namespace roster::domain
