// The metrics page of a server, for tests.

#ifndef ROSTER_TESTS_SUPPORT_HTTP_H_
#define ROSTER_TESTS_SUPPORT_HTTP_H_

#include <cstdint>
#include <string>

namespace roster::api_test {

// The body of http://127.0.0.1:<port><path>; empty unless the answer is 200.
std::string HttpGet(uint16_t port, const std::string& path);

// The sum of all samples of a metric on the page /metrics whose labels contain the text; -1 when
// there are none.
double Metric(uint16_t port, const std::string& name, const std::string& label);

}  // namespace roster::api_test

#endif  // ROSTER_TESTS_SUPPORT_HTTP_H_
