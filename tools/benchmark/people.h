// Made-up people, the same for every program of this folder: the n-th person is always the same
// one, and no other has the same email or user name. Emails come in no order, as those of real
// people.

#ifndef ROSTER_TOOLS_BENCHMARK_PEOPLE_H_
#define ROSTER_TOOLS_BENCHMARK_PEOPLE_H_

#include <cstdint>
#include <string>

namespace roster::benchmark {

struct Person {
  std::string full_name;
  std::string email;
  std::string user_name;
  std::string title;
};

Person PersonOf(uint64_t number);

// Spreads numbers over all of uint64_t, each to another one (the finalizer of SplitMix64, by
// Steele, Lea and Flood).
uint64_t Scatter(uint64_t number);

}  // namespace roster::benchmark

#endif  // ROSTER_TOOLS_BENCHMARK_PEOPLE_H_
