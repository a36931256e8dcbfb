// What plans of lists have in common: which rows a list is read from.

#ifndef ROSTER_DOMAIN_LIST_PLAN_H_
#define ROSTER_DOMAIN_LIST_PLAN_H_

#include <string>
#include <string_view>
#include <vector>

#include "domain/list/field.h"
#include "domain/world/world.h"

namespace roster::domain {

// The comparison with a field for equality, or with a set for membership, that everything in the
// list fulfils (Filter::Required); null for none.
const Comparison* FindRequired(const std::vector<const Comparison*>& required,
                               std::string_view field);

// Where several rows lead to one candidate: whether this key is the first, in the order of bytes,
// of the candidate's keys that lie in the ranges.
bool IsFirstKey(const RowRanges& rows, std::string_view key, const std::vector<std::string>& keys);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_LIST_PLAN_H_
