#include "domain/base/refusal.h"

#include "absl/strings/cord.h"

namespace roster::domain {
namespace {

using absl::StatusCode;

struct Row {
  Reason reason;
  StatusCode code;
  std::string_view name;
  std::string_view message;
};

constexpr std::string_view kReasonKey = "reason";
constexpr std::string_view kMetadataKey = "metadata/";
constexpr std::string_view kFieldKey = "field/";
constexpr char kRetryKey[] = "retry_ms";

// In the order of the enum.
constexpr Row kTable[] = {
    {Reason::kUnauthenticated, StatusCode::kUnauthenticated, "UNAUTHENTICATED",
     "a valid credential is required: authorization: Bearer <token>, or a bound client "
     "certificate"},
    {Reason::kPermissionRequired, StatusCode::kPermissionDenied, "PERMISSION_REQUIRED",
     "the caller lacks the permission that this method requires"},
    {Reason::kInvalidFields, StatusCode::kInvalidArgument, "INVALID_FIELDS",
     "some fields of the request are wrong"},
    {Reason::kMissingField, StatusCode::kInvalidArgument, "MISSING_FIELD", "a value is required"},
    {Reason::kInvalidValue, StatusCode::kInvalidArgument, "INVALID_VALUE",
     "the value is too long, malformed or not allowed here"},
    {Reason::kInvalidEmail, StatusCode::kInvalidArgument, "INVALID_EMAIL",
     "the value is not an email address"},
    {Reason::kImmutableField, StatusCode::kInvalidArgument, "IMMUTABLE_FIELD",
     "the field can't be changed after creation"},
    {Reason::kUnknownField, StatusCode::kInvalidArgument, "UNKNOWN_FIELD",
     "the field mask names a field that is not there, or can't be updated"},
    {Reason::kInvalidPageToken, StatusCode::kInvalidArgument, "INVALID_PAGE_TOKEN",
     "the page token belongs to another query or is damaged"},
    {Reason::kMalformedRequest, StatusCode::kInvalidArgument, "MALFORMED_REQUEST",
     "the request is no message of the type that the method takes"},
    {Reason::kRequestIdReused, StatusCode::kInvalidArgument, "REQUEST_ID_REUSED",
     "another request was made with this request id before"},
    {Reason::kUnknownPermission, StatusCode::kInvalidArgument, "UNKNOWN_PERMISSION",
     "the account has no such permission"},
    {Reason::kAccountNotFound, StatusCode::kNotFound, "ACCOUNT_NOT_FOUND",
     "there is no such account"},
    {Reason::kUserNotFound, StatusCode::kNotFound, "USER_NOT_FOUND",
     "there is no such user in the account"},
    {Reason::kRoleNotFound, StatusCode::kNotFound, "ROLE_NOT_FOUND",
     "there is no such role for users of this account"},
    {Reason::kServiceAccountNotFound, StatusCode::kNotFound, "SERVICE_ACCOUNT_NOT_FOUND",
     "there is no such service account in the account"},
    {Reason::kTokenNotFound, StatusCode::kNotFound, "TOKEN_NOT_FOUND",
     "the service account has no such token"},
    {Reason::kCertificateNotFound, StatusCode::kNotFound, "CERTIFICATE_NOT_FOUND",
     "no such name in certificates is bound to the service account"},
    {Reason::kEmailTaken, StatusCode::kAlreadyExists, "EMAIL_TAKEN",
     "another user of the account has this email"},
    {Reason::kUsernameTaken, StatusCode::kAlreadyExists, "USERNAME_TAKEN",
     "another user of the account has this user name"},
    {Reason::kNameTaken, StatusCode::kAlreadyExists, "NAME_TAKEN",
     "another service account of the account has this name"},
    {Reason::kConfusable, StatusCode::kAlreadyExists, "CONFUSABLE",
     "another user of the account has an email or user name that looks the same"},
    {Reason::kCertificateTaken, StatusCode::kAlreadyExists, "CERTIFICATE_TAKEN",
     "certificates with this name prove another service account"},
    {Reason::kBelongsToDeletedUser, StatusCode::kAlreadyExists, "BELONGS_TO_DELETED_USER",
     "the email or user name belongs to a deleted user: restore that user or choose another"},
    {Reason::kRevisionMismatch, StatusCode::kAborted, "REVISION_MISMATCH",
     "the resource has another revision than expected: read it again"},
    {Reason::kUserDeleted, StatusCode::kFailedPrecondition, "USER_DELETED", "the user is deleted"},
    {Reason::kUserNotDeleted, StatusCode::kFailedPrecondition, "USER_NOT_DELETED",
     "the user is not deleted"},
    {Reason::kUserDisabled, StatusCode::kFailedPrecondition, "USER_DISABLED",
     "the user is disabled: enable the user before editing"},
    {Reason::kUserNotPending, StatusCode::kFailedPrecondition, "USER_NOT_PENDING",
     "the account allows this for pending users only"},
    {Reason::kSsoUser, StatusCode::kFailedPrecondition, "SSO_USER",
     "the account does not allow this for users that sign in through SSO"},
    {Reason::kDeletionDisabled, StatusCode::kFailedPrecondition, "DELETION_DISABLED",
     "the account does not delete users"},
    {Reason::kRestoreWindowExpired, StatusCode::kFailedPrecondition, "RESTORE_WINDOW_EXPIRED",
     "the time in which the user could be restored is over"},
    {Reason::kRoleRequired, StatusCode::kFailedPrecondition, "ROLE_REQUIRED",
     "every user of the account holds a role"},
    {Reason::kMultipleRoles, StatusCode::kFailedPrecondition, "MULTIPLE_ROLES",
     "this does not fit how many roles a user of the account holds"},
    {Reason::kRoleByUserType, StatusCode::kFailedPrecondition, "ROLE_BY_USER_TYPE",
     "users of the account have a user type instead of roles"},
    {Reason::kEscalation, StatusCode::kPermissionDenied, "ESCALATION",
     "the caller would give, or act on, more than the caller may assign"},
    {Reason::kLastAdministrator, StatusCode::kFailedPrecondition, "LAST_ADMINISTRATOR",
     "the account would be left without a user that may administer it"},
    {Reason::kSelfForbidden, StatusCode::kFailedPrecondition, "SELF_FORBIDDEN",
     "callers can't do this to themselves"},
    {Reason::kServiceAccountDisabled, StatusCode::kFailedPrecondition, "SERVICE_ACCOUNT_DISABLED",
     "the service account is disabled"},
    {Reason::kDuplicateInFile, StatusCode::kInvalidArgument, "DUPLICATE_IN_FILE",
     "another row of the file has the same email or user name"},
    {Reason::kColumnCount, StatusCode::kInvalidArgument, "COLUMN_COUNT",
     "the row has another number of columns than the file"},
    {Reason::kMappingIncomplete, StatusCode::kInvalidArgument, "MAPPING_INCOMPLETE",
     "the mapping must name a column for each required field"},
    {Reason::kMalformedCsv, StatusCode::kInvalidArgument, "MALFORMED_CSV",
     "the file is not well-formed CSV"},
    {Reason::kLimitExceeded, StatusCode::kResourceExhausted, "LIMIT_EXCEEDED",
     "a limit of the service would be exceeded"},
    {Reason::kOverloaded, StatusCode::kResourceExhausted, "OVERLOADED",
     "too many requests are waiting: try again"},
    {Reason::kDiskFull, StatusCode::kResourceExhausted, "DISK_FULL",
     "the disk is nearly full: changes are refused, reads go on"},
    {Reason::kClockBehind, StatusCode::kUnavailable, "CLOCK_BEHIND",
     "the clock of the server is behind the log: changes are refused"},
    {Reason::kShuttingDown, StatusCode::kUnavailable, "SHUTTING_DOWN",
     "the server is shutting down"},
    {Reason::kStorageFailed, StatusCode::kUnavailable, "STORAGE_FAILED",
     "the log could not be written: the outcome is unknown"},
    {Reason::kPositionNotReached, StatusCode::kDeadlineExceeded, "POSITION_NOT_REACHED",
     "at_least_position was not reached in time"},
    {Reason::kDeadlinePassed, StatusCode::kDeadlineExceeded, "DEADLINE_PASSED",
     "the deadline of the call passed while it waited: nothing was changed"},
    {Reason::kNotImplemented, StatusCode::kUnimplemented, "NOT_IMPLEMENTED",
     "this is not available yet"},
};

const Row& Find(Reason reason) { return kTable[static_cast<size_t>(reason)]; }

constexpr bool InOrder() {
  size_t next = 0;
  for (const Row& row : kTable) {
    if (static_cast<size_t>(row.reason) != next++) return false;
  }
  return next == static_cast<size_t>(Reason::kNotImplemented) + 1;
}
static_assert(InOrder(), "the table has one row for each reason, in the order of the enum");

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
  switch (reason) {
    case Reason::kOverloaded:
    case Reason::kPositionNotReached:
      return absl::Milliseconds(100);
    case Reason::kClockBehind:
    case Reason::kShuttingDown:
      return absl::Seconds(1);
    case Reason::kDiskFull:
      return absl::Seconds(5);
    default:  // the request, the resource or the caller's rights must change first
      return std::nullopt;
  }
}

absl::Status Refuse(Reason reason, const Metadata& metadata) {
  const Row& row = Find(reason);
  absl::Status status(row.code, Absl(row.message));
  Attach(status, std::string(kReasonKey), row.name);
  for (const auto& [key, value] : metadata) Attach(status, std::string(kMetadataKey) + key, value);
  if (const auto after = RetryAfter(reason)) {
    Attach(status, kRetryKey, std::to_string(absl::ToInt64Milliseconds(*after)));
  }
  return status;
}

absl::Status RefuseFields(const std::vector<Violation>& violations) {
  absl::Status status = Refuse(Reason::kInvalidFields);
  for (const auto& [field, reason, detail] : violations) {
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
