#include "services/probe/probe_call.h"

#include "domain/base/try.h"
#include "grpc/health/v1/health.pb.h"

namespace roster::services {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr std::string_view kCheck = "/grpc.health.v1.Health/Check";
constexpr std::string_view kWatch = "/grpc.health.v1.Health/Watch";
constexpr std::size_t kMostHeaderBytes = 8 << 10;
constexpr std::size_t kMostMessageBytes = 4 << 10;
constexpr std::size_t kMostPathBytes = 64;  // longer than the two above

// Before each message: whether it is compressed, and its length, big-endian.
constexpr std::size_t kPrefixBytes = 5;
constexpr char kPlain = 0;
constexpr char kCompressed = 1;

}  // namespace

void ProbeCall::AddHeader(std::string_view name, std::string_view value) {
  header_bytes_ += name.size() + value.size();
  if (name == ":method") is_post_ = value == "POST";
  if (name == "content-type") is_grpc_ = value.starts_with("application/grpc");
  if (name == ":path") path_ = value.substr(0, kMostPathBytes);
}

void ProbeCall::AddBody(std::string_view bytes) {
  // One byte more than the longest message tells that there is more.
  const std::size_t room = kPrefixBytes + kMostMessageBytes + 1 - body_.size();
  body_.append(bytes.substr(0, room));
}

bool ProbeCall::IsWatch() const { return path_ == kWatch; }

std::size_t ProbeCall::MessageBytes() const {
  std::size_t bytes = 0;
  for (std::size_t i = 1; i < kPrefixBytes; ++i) {
    bytes = bytes << 8 | static_cast<unsigned char>(body_[i]);
  }
  return bytes;
}

absl::Status ProbeCall::Fault() const {
  if (header_bytes_ > kMostHeaderBytes) return absl::ResourceExhaustedError("too many headers");
  if (path_ != kCheck && path_ != kWatch) return absl::UnimplementedError("unknown method");
  if (body_.empty()) return absl::OkStatus();
  if (body_[0] == kCompressed) return absl::UnimplementedError("compression is not supported");
  if (body_[0] != kPlain) return absl::InternalError("not a message of gRPC");
  if (body_.size() < kPrefixBytes) return absl::OkStatus();
  if (MessageBytes() > kMostMessageBytes) {
    return absl::ResourceExhaustedError("the message is too large");
  }
  if (body_.size() > kPrefixBytes + MessageBytes()) {
    return absl::InternalError("more than one message");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ProbeCall::Service() const {
  ROSTER_TRY(Fault());
  if (body_.size() < kPrefixBytes) return absl::InternalError("there is no message");
  const std::string_view message = std::string_view(body_).substr(kPrefixBytes);
  if (message.size() < MessageBytes()) return absl::InternalError("the message is cut off");
  HealthCheckRequest request;
  if (!request.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return absl::InternalError("not a HealthCheckRequest");
  }
  return request.service();
}

std::string ProbeAnswer(int serving_status) {
  HealthCheckResponse response;
  response.set_status(static_cast<HealthCheckResponse::ServingStatus>(serving_status));
  const std::string message = response.SerializeAsString();
  std::string framed(kPrefixBytes, kPlain);
  framed.back() = static_cast<char>(message.size());  // of one field: less than 128
  return framed + message;
}

}  // namespace roster::services
