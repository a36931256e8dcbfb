#include "services/transport/status.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/support/status.h>

#include <charconv>
#include <string>
#include <string_view>

#include "absl/strings/cord.h"
#include "services/transport/violation_reason.h"

namespace roster::services {
namespace {

constexpr std::size_t kMaxViolationBytes = 3 * 1024;

std::optional<std::int64_t> ParseMilliseconds(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

google::rpc::ErrorInfo ErrorInfoOf(const Refusal& refusal) {
  google::rpc::ErrorInfo info;
  info.set_reason(*refusal.reason);
  info.set_domain("roster");
  for (const auto& [key, value] : refusal.metadata) (*info.mutable_metadata())[key] = value;
  return info;
}

google::rpc::BadRequest BadRequestOf(const Refusal& refusal) {
  google::rpc::BadRequest bad_request;
  std::size_t bytes = 0;
  for (const auto& [field, description] : refusal.violations) {
    bytes += field.size() + description.size();
    if (bytes > kMaxViolationBytes) break;
    FieldViolation& violation = *bad_request.add_field_violations();
    const auto [reason, sentence] = SplitViolation(description);
    violation.set_field(field);
    violation.set_description(sentence);
    SetReason(reason, violation);
  }
  return bad_request;
}

google::rpc::RetryInfo RetryInfoOf(std::int64_t retry_ms) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(retry_ms / 1000);
  retry.mutable_retry_delay()->set_nanos(static_cast<std::int32_t>(retry_ms % 1000 * 1'000'000));
  return retry;
}

}  // namespace

Refusal ReadPayloads(const absl::Status& status) {
  constexpr std::string_view kMetadata = "metadata/";
  constexpr std::string_view kField = "field/";
  Refusal refusal;
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    const std::string_view type(type_url.data(), type_url.size());
    std::string value(payload);
    if (type == "reason") {
      refusal.reason = std::move(value);
    } else if (type == "retry_ms") {
      refusal.retry_ms = ParseMilliseconds(value);
    } else if (type.starts_with(kMetadata)) {
      refusal.metadata.emplace(type.substr(kMetadata.size()), std::move(value));
    } else if (type.starts_with(kField)) {
      refusal.violations.emplace(type.substr(kField.size()), std::move(value));
    }
  });
  return refusal;
}

std::pair<std::string, std::string> SplitViolation(const std::string& violation) {
  const std::size_t colon = violation.find(": ");
  return {violation.substr(0, colon), violation.substr(colon + 2)};
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const Refusal refusal = ReadPayloads(status);
  if (!refusal.reason) return grpc::Status(grpc::StatusCode::INTERNAL, "internal error");
  // The canonical codes of Abseil and gRPC are the same numbers.
  const auto code = static_cast<grpc::StatusCode>(status.code());
  const std::string message(status.message());
  google::rpc::Status details;
  details.set_code(code);
  details.set_message(message);
  details.add_details()->PackFrom(ErrorInfoOf(refusal));
  if (!refusal.violations.empty()) details.add_details()->PackFrom(BadRequestOf(refusal));
  if (refusal.retry_ms) details.add_details()->PackFrom(RetryInfoOf(*refusal.retry_ms));
  return grpc::Status(code, message, details.SerializeAsString());
}

}  // namespace roster::services
