// The kinds of rows in Table::kSearch, which all aggregates share: the part of a key after its
// account. They stand here together, so that no two are the same.

#ifndef ROSTER_DOMAIN_ROWS_SEARCH_KIND_H_
#define ROSTER_DOMAIN_ROWS_SEARCH_KIND_H_

namespace roster::domain::search_kind {

// Of users.
inline constexpr char kEmail[] = "e/";
inline constexpr char kUserName[] = "n/";
inline constexpr char kLookOfEmail[] = "el/";
inline constexpr char kLookOfUserName[] = "nl/";
inline constexpr char kName[] = "o/";
inline constexpr char kWords[] = "w/";

inline constexpr char kServiceAccountName[] = "s/";

}  // namespace roster::domain::search_kind

#endif  // ROSTER_DOMAIN_ROWS_SEARCH_KIND_H_
