// The fuzz target of filters.

#ifndef ROSTER_TESTS_DOMAIN_USER_LIST_FILTER_FUZZ_H_
#define ROSTER_TESTS_DOMAIN_USER_LIST_FILTER_FUZZ_H_

#include <string>

namespace roster::domain {

// What does not hold of this filter that holds of all of them; empty when nothing is wrong.
std::string WrongOfFilter(const std::string& text);

}  // namespace roster::domain

#endif  // ROSTER_TESTS_DOMAIN_USER_LIST_FILTER_FUZZ_H_
