// A call of grpc.health.v1.Health as it comes over HTTP/2, in pieces.

#ifndef ROSTER_SERVICES_PROBE_PROBE_CALL_H_
#define ROSTER_SERVICES_PROBE_PROBE_CALL_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace roster::services {

// Keeps little more than a message of 4 KiB, whatever is sent. The codes of its errors are those of
// gRPC. Thread-compatible.
class ProbeCall {
 public:
  void AddHeader(std::string_view name, std::string_view value);
  void AddBody(std::string_view bytes);

  // Whether the headers, all of which have come, are those of a call of gRPC.
  bool IsGrpc() const { return is_post_ && is_grpc_; }

  bool IsWatch() const;

  // What is wrong with the part that has come; the headers have.
  //
  // UNIMPLEMENTED: neither Check nor Watch, or a compressed message. RESOURCE_EXHAUSTED: more than
  // 8 KiB of headers, or a message of more than 4 KiB. INTERNAL: not the frame of one message.
  absl::Status Fault() const;

  // The name of the service that the whole call asks about. Errors as Fault; INTERNAL also: the
  // message is missing, cut off or no HealthCheckRequest.
  absl::StatusOr<std::string> Service() const;

 private:
  std::size_t MessageBytes() const;

  bool is_post_ = false;
  bool is_grpc_ = false;
  std::size_t header_bytes_ = 0;
  std::string path_;
  std::string body_;
};

// A HealthCheckResponse in the frame of gRPC. `serving_status` is a number of health.proto.
std::string ProbeAnswer(int serving_status);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_PROBE_PROBE_CALL_H_
