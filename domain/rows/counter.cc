#include "domain/rows/counter.h"

#include <cstdlib>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "domain/rows/codec.h"

namespace roster::domain {

uint64_t Counter(const World& world, std::string_view account_id, std::string_view name) {
  const auto text = world.Get(Table::kCounters, RowKey(account_id, name));
  uint64_t value = 0;
  if (text && !absl::SimpleAtoi(*text, &value)) std::abort();
  return value;
}

void AddToCounter(Overlay& world, std::string_view account_id, std::string_view name,
                  int64_t difference) {
  if (difference == 0) return;
  const auto value = static_cast<int64_t>(Counter(world, account_id, name)) + difference;
  world.Put(Table::kCounters, RowKey(account_id, name), absl::StrCat(value));
}

}  // namespace roster::domain
