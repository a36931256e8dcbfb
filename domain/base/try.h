// Early returns, so that a function reads as its rules and not as checks between them.

#ifndef ROSTER_DOMAIN_BASE_TRY_H_
#define ROSTER_DOMAIN_BASE_TRY_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns the status of an expression from the function when it is not OK. The function returns a
// Status or a StatusOr.
#define ROSTER_TRY(...)                                                                        \
  do {                                                                                         \
    if (absl::Status roster_status = (__VA_ARGS__); !roster_status.ok()) return roster_status; \
  } while (false)

// Declares a variable with the value of a StatusOr, or returns its status from the function:
//   ROSTER_ASSIGN(const Target target, FindTarget(world, reference));
// A declaration, so it can't be the only statement of an `if` without braces.
#define ROSTER_ASSIGN(declaration, ...) \
  ROSTER_ASSIGN_IN(ROSTER_CONCAT(roster_status_or_, __LINE__), declaration, (__VA_ARGS__))
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration stays one only without them.
#define ROSTER_ASSIGN_IN(result, declaration, expression) \
  auto result = expression;                               \
  if (!result.ok()) return std::move(result).status();    \
  declaration = *std::move(result)
// NOLINTEND(bugprone-macro-parentheses)

#define ROSTER_CONCAT(a, b) ROSTER_CONCAT_IN(a, b)
#define ROSTER_CONCAT_IN(a, b) a##b

#endif  // ROSTER_DOMAIN_BASE_TRY_H_
