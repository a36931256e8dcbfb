#include "domain/base/refusal.h"

#include <algorithm>

#include "absl/strings/cord.h"

namespace roster::domain {
namespace {

using absl::StatusCode;

struct Row {
  Reason reason;
  StatusCode code;
  std::string_view name;
  std::string_view message;
  absl::Duration retry_after;  // zero: not by itself
};

// A status looks through all it has for each one that it gets.
constexpr size_t kMostViolations = 100;

constexpr std::string_view kReasonKey = "reason";
constexpr std::string_view kMetadataKey = "metadata/";
constexpr std::string_view kFieldKey = "field/";
constexpr char kRetryKey[] = "retry_ms";

// In the order of the enum.
constexpr Row kTable[] = {
#define ROSTER_REASON(name, code, text, message, retry_after) \
  {Reason::name, StatusCode::code, #text, message, absl::Duration(retry_after)},
#include "domain/base/reasons.def"
#undef ROSTER_REASON
};

const Row& Find(Reason reason) { return kTable[static_cast<size_t>(reason)]; }

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

void Attach(absl::Status& status, const std::string& key, std::string_view value) {
  status.SetPayload(key, absl::Cord(Absl(value)));
}

std::string Payload(const absl::Status& status, const std::string& key) {
  const auto payload = status.GetPayload(key);
  return payload ? std::string(*payload) : "";
}

}  // namespace

std::string_view ReasonName(Reason reason) { return Find(reason).name; }

std::string_view ReasonMessage(Reason reason) { return Find(reason).message; }

std::optional<Reason> FindReason(std::string_view name) {
  for (const Row& row : kTable) {
    if (row.name == name) return row.reason;
  }
  return std::nullopt;
}

std::optional<absl::Duration> RetryAfter(Reason reason) {
  const absl::Duration after = Find(reason).retry_after;
  return after == absl::ZeroDuration() ? std::nullopt : std::optional(after);
}

absl::Status WithMetadata(absl::Status refusal, const Metadata& metadata) {
  for (const auto& [key, value] : metadata) Attach(refusal, std::string(kMetadataKey) + key, value);
  return refusal;
}

absl::Status Refuse(Reason reason, const Metadata& metadata) {
  const Row& row = Find(reason);
  absl::Status status(row.code, Absl(row.message));
  Attach(status, std::string(kReasonKey), row.name);
  status = WithMetadata(std::move(status), metadata);
  if (const auto after = RetryAfter(reason)) {
    Attach(status, kRetryKey, std::to_string(absl::ToInt64Milliseconds(*after)));
  }
  return status;
}

absl::Status RefuseLimit(std::string_view limit, uint64_t value) {
  return Refuse(Reason::kLimitExceeded,
                {{"limit", std::string(limit)}, {"value", std::to_string(value)}});
}

Violation UnknownPath(std::string_view mask, size_t index, std::string_view path) {
  return {.field = std::string(mask) + ".paths." + std::to_string(index),
          .reason = Reason::kUnknownField,
          .detail = "the mask names \"" + std::string(path) +
                    "\", which is not there, or can't be updated"};
}

absl::Status RefuseFields(const std::vector<Violation>& violations) {
  const size_t told = std::min(violations.size(), kMostViolations);
  Metadata metadata;
  if (told < violations.size()) metadata = {{"violations", std::to_string(violations.size())}};
  absl::Status status = Refuse(Reason::kInvalidFields, metadata);
  for (size_t i = 0; i < told; ++i) {
    const auto& [field, reason, detail] = violations[i];
    const Row& row = Find(reason);
    std::string text(row.name);
    text.append(": ").append(detail.empty() ? row.message : detail);
    Attach(status, std::string(kFieldKey) + field, text);
  }
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  return Payload(status, std::string(kReasonKey));
}

std::string MetadataOf(const absl::Status& status, std::string_view key) {
  return Payload(status, std::string(kMetadataKey).append(key));
}

}  // namespace roster::domain
