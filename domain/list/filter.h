// Filters of lists: the subset of AIP-160 that ListUsersRequest.filter documents.
//
//   filter     = [ expression ]
//   expression = factor { "AND" factor }            OR binds tighter than AND, as in AIP-160
//   factor     = term { "OR" term }
//   term       = [ "NOT" | "-" ] simple
//   simple     = "(" expression ")" | comparison | text
//   comparison = field operator ( word | text )
//   operator   = "=" | "!=" | "<" | "<=" | ">" | ">=" | ":"
//   text       = '"' … '"' | "'" … "'"              with \\ \" \' \* for these characters

#ifndef ROSTER_DOMAIN_LIST_FILTER_H_
#define ROSTER_DOMAIN_LIST_FILTER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/list/field.h"

namespace roster::domain {

inline constexpr size_t kMaxFilterBytes = 2'000;
inline constexpr size_t kMaxComparisons = 50;
inline constexpr size_t kMaxParentheses = 10;  // within each other

absl::StatusOr<std::string> AnyId(const Field& field, const std::string& text);

// A parsed filter. A plain value.
class Filter {
 public:
  // Refuses with INVALID_FIELDS: what is wrong with `filter`, and in which column. The fields
  // outlive the filter. `find_id` is asked for each id; AnyId takes them as they are.
  static absl::StatusOr<Filter> Parse(const Fields& fields, std::string_view text,
                                      FindId find_id = AnyId);

  // Whether the filter accepts the candidate, which is one of the fields' aggregate. An empty
  // filter accepts all.
  bool Matches(const Candidate& candidate) const;

  // Whether a comparison of this field stands anywhere in it.
  bool Names(std::string_view field) const;

  // What every accepted candidate fulfils: the comparisons that nothing but AND joins.
  std::vector<const Comparison*> Required() const;

 private:
  friend class FilterParser;

  // Of kAll and kAny: one or more parts; of kNot: one.
  struct Node {
    enum Kind { kAll, kAny, kNot, kComparison };
    Kind kind = kAll;
    std::vector<Node> parts = {};
    Comparison comparison = {};

    bool Matches(const Candidate& candidate) const;
    bool Names(std::string_view field) const;
    void AddRequired(std::vector<const Comparison*>& required) const;
  };

  Node root_;
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_LIST_FILTER_H_
