// One call of a running server.

#ifndef ROSTER_TESTS_CRASH_SUPPORT_CALL_H_
#define ROSTER_TESTS_CRASH_SUPPORT_CALL_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace roster::crash {

inline constexpr auto kLongestCall = std::chrono::seconds(20);

// The message begins with the reason, if there is one.
absl::Status ToAbsl(const grpc::Status& status);

// A connection of its own.
std::shared_ptr<grpc::Channel> Connect(uint16_t port);

// Ends after kLongestCall, for the caller with this token.
void Prepare(grpc::ClientContext& context, const std::string& token);

template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(Stub& stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const std::string& token, const Request& request) {
  grpc::ClientContext context;
  Prepare(context, token);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return ToAbsl(status);
  return response;
}

}  // namespace roster::crash

#endif  // ROSTER_TESTS_CRASH_SUPPORT_CALL_H_
