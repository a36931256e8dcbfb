// Who holds something of which there is not enough for all.

#ifndef ROSTER_STORAGE_BASE_HOLDER_H_
#define ROSTER_STORAGE_BASE_HOLDER_H_

#include <cstddef>
#include <string_view>

namespace roster::storage {

// A caller, and its account. Both are empty for the operator, and for callers that are not known.
struct Holder {
  std::string_view account;
  std::string_view caller;
};

// The rule by which something limited is shared: one more is given while what the caller and its
// account hold together is less than what is free. So a caller gets a third at most, an account a
// half, and room is left for those who come next, however many ask. Nothing is kept back for
// callers that ask for nothing.
inline bool MayHoldMore(std::size_t of_caller, std::size_t of_account, std::size_t free) {
  return of_caller + of_account < free;
}

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BASE_HOLDER_H_
