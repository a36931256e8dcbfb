// Numbers that folds keep, so that decisions and queries need not count rows.

#ifndef ROSTER_DOMAIN_ROWS_COUNTER_H_
#define ROSTER_DOMAIN_ROWS_COUNTER_H_

#include <cstdint>
#include <string_view>

#include "domain/world/overlay.h"
#include "domain/world/world.h"

namespace roster::domain {

// A counter of an account; 0 when it was never raised.
uint64_t Counter(const World& world, std::string_view account_id, std::string_view name);
void AddToCounter(Overlay& world, std::string_view account_id, std::string_view name,
                  int64_t difference);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROWS_COUNTER_H_
