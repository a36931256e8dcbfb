// One call of a running server.

#ifndef ROSTER_TESTS_CRASH_SUPPORT_CALL_H_
#define ROSTER_TESTS_CRASH_SUPPORT_CALL_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/support/calls.h"
#include "tests/support/client.h"

namespace roster::crash {

inline constexpr absl::Duration kLongestCall = absl::Seconds(20);

// Ends after kLongestCall. The message of an error begins with the reason, if there is one.
template <typename Request>
absl::StatusOr<typename api_test::ResponseOf<Request>::Type> Call(const api_test::Client& client,
                                                                  const Request& request) {
  auto answer = client.Call(request, {.metadata = {}, .deadline = kLongestCall});
  if (!answer.ok()) return answer.result.ToStatus();
  return std::move(answer.response);
}

}  // namespace roster::crash

#endif  // ROSTER_TESTS_CRASH_SUPPORT_CALL_H_
