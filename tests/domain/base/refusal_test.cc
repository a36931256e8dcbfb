// The table of reasons: API, never renamed, never given another code.

#include "domain/base/refusal.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

// Add a line for a new reason; never change one.
constexpr std::pair<const char*, absl::StatusCode> kGolden[] = {
    {"UNAUTHENTICATED", absl::StatusCode::kUnauthenticated},
    {"PERMISSION_REQUIRED", absl::StatusCode::kPermissionDenied},
    {"INVALID_FIELDS", absl::StatusCode::kInvalidArgument},
    {"MISSING_FIELD", absl::StatusCode::kInvalidArgument},
    {"INVALID_VALUE", absl::StatusCode::kInvalidArgument},
    {"INVALID_EMAIL", absl::StatusCode::kInvalidArgument},
    {"IMMUTABLE_FIELD", absl::StatusCode::kInvalidArgument},  // R57, R58
    {"UNKNOWN_FIELD", absl::StatusCode::kInvalidArgument},
    {"INVALID_PAGE_TOKEN", absl::StatusCode::kInvalidArgument},
    {"MALFORMED_REQUEST", absl::StatusCode::kInvalidArgument},
    {"REQUEST_ID_REUSED", absl::StatusCode::kInvalidArgument},
    {"UNKNOWN_PERMISSION", absl::StatusCode::kInvalidArgument},
    {"ACCOUNT_NOT_FOUND", absl::StatusCode::kNotFound},
    {"USER_NOT_FOUND", absl::StatusCode::kNotFound},
    {"ROLE_NOT_FOUND", absl::StatusCode::kNotFound},  // R40
    {"SERVICE_ACCOUNT_NOT_FOUND", absl::StatusCode::kNotFound},
    {"TOKEN_NOT_FOUND", absl::StatusCode::kNotFound},
    {"CERTIFICATE_NOT_FOUND", absl::StatusCode::kNotFound},
    {"EMAIL_TAKEN", absl::StatusCode::kAlreadyExists},  // R3
    {"USERNAME_TAKEN", absl::StatusCode::kAlreadyExists},
    {"NAME_TAKEN", absl::StatusCode::kAlreadyExists},
    {"CONFUSABLE", absl::StatusCode::kAlreadyExists},  // R81
    {"CERTIFICATE_TAKEN", absl::StatusCode::kAlreadyExists},
    {"BELONGS_TO_DELETED_USER", absl::StatusCode::kAlreadyExists},  // R4
    {"REVISION_MISMATCH", absl::StatusCode::kAborted},              // R32
    {"USER_DELETED", absl::StatusCode::kFailedPrecondition},
    {"USER_NOT_DELETED", absl::StatusCode::kFailedPrecondition},
    {"USER_DISABLED", absl::StatusCode::kFailedPrecondition},  // R38
    {"USER_NOT_PENDING", absl::StatusCode::kFailedPrecondition},
    {"SSO_USER", absl::StatusCode::kFailedPrecondition},
    {"DELETION_DISABLED", absl::StatusCode::kFailedPrecondition},
    {"RESTORE_WINDOW_EXPIRED", absl::StatusCode::kFailedPrecondition},  // R33
    {"ROLE_REQUIRED", absl::StatusCode::kFailedPrecondition},
    {"MULTIPLE_ROLES", absl::StatusCode::kFailedPrecondition},
    {"ROLE_BY_USER_TYPE", absl::StatusCode::kFailedPrecondition},
    {"ESCALATION", absl::StatusCode::kPermissionDenied},  // R44
    {"CERTIFICATE_NOT_PROVEN", absl::StatusCode::kPermissionDenied},
    {"LAST_ADMINISTRATOR", absl::StatusCode::kFailedPrecondition},  // R48
    {"SELF_FORBIDDEN", absl::StatusCode::kFailedPrecondition},      // R112
    {"SERVICE_ACCOUNT_DISABLED", absl::StatusCode::kFailedPrecondition},
    {"DUPLICATE_IN_FILE", absl::StatusCode::kInvalidArgument},
    {"COLUMN_COUNT", absl::StatusCode::kInvalidArgument},
    {"MAPPING_INCOMPLETE", absl::StatusCode::kInvalidArgument},
    {"MALFORMED_CSV", absl::StatusCode::kInvalidArgument},
    {"WRONG_CHARSET", absl::StatusCode::kInvalidArgument},
    {"EMPTY_FILE", absl::StatusCode::kInvalidArgument},
    {"LIMIT_EXCEEDED", absl::StatusCode::kResourceExhausted},
    {"OVERLOADED", absl::StatusCode::kResourceExhausted},
    {"DISK_FULL", absl::StatusCode::kResourceExhausted},
    {"CLOCK_BEHIND", absl::StatusCode::kUnavailable},
    {"CLOCK_AHEAD", absl::StatusCode::kUnavailable},
    {"SHUTTING_DOWN", absl::StatusCode::kUnavailable},
    {"STORAGE_FAILED", absl::StatusCode::kUnavailable},
    {"POSITION_NOT_REACHED", absl::StatusCode::kDeadlineExceeded},
    {"DEADLINE_PASSED", absl::StatusCode::kDeadlineExceeded},
    {"NOT_IMPLEMENTED", absl::StatusCode::kUnimplemented},
};

TEST(RefusalTest, GoldenReasons) {
  ASSERT_EQ(std::size(kGolden), static_cast<size_t>(Reason::kNotImplemented) + 1);
  std::set<std::string> names;
  std::set<std::string> messages;
  for (size_t i = 0; i < std::size(kGolden); ++i) {
    const auto& [name, code] = kGolden[i];
    const auto reason = static_cast<Reason>(i);
    const absl::Status status = Refuse(reason);
    EXPECT_EQ(ReasonOf(status), name);
    EXPECT_EQ(ReasonName(reason), name);
    EXPECT_EQ(status.code(), code) << name;
    EXPECT_EQ(std::string(status.message()), ReasonMessage(reason));
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_TRUE(messages.insert(std::string(ReasonMessage(reason))).second) << name;
  }
}

TEST(RefusalTest, Metadata) {
  const absl::Status status =
      Refuse(Reason::kEmailTaken, {{"user_id", "ann"}, {"bytes", std::string("\0\xff", 2)}});
  EXPECT_EQ(MetadataOf(status, "user_id"), "ann");
  EXPECT_EQ(MetadataOf(status, "bytes"), std::string("\0\xff", 2));
  EXPECT_EQ(MetadataOf(status, "user"), "");
  EXPECT_EQ(MetadataOf(absl::OkStatus(), "user_id"), "");
}

TEST(RefusalTest, Fields_R2) {
  const absl::Status status = RefuseFields(
      {{"email", Reason::kInvalidEmail}, {"personal.full_name", Reason::kMissingField}});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Describe(status),
            "INVALID_FIELDS [email: INVALID_EMAIL, personal.full_name: MISSING_FIELD]");
  EXPECT_EQ(std::string(*status.GetPayload("field/email")),
            "INVALID_EMAIL: the value is not an email address");
}

TEST(RefusalTest, TellsTheFirst100FieldsAndHowManyThereAre) {
  const auto refuse = [](size_t count) {
    std::vector<Violation> wrong(count);
    for (size_t i = 0; i < count; ++i) {
      wrong[i] = {"field_" + std::to_string(i), Reason::kInvalidValue};
    }
    return RefuseFields(wrong);
  };
  EXPECT_EQ(MetadataOf(refuse(100), "violations"), "");
  const absl::Status status = refuse(100'000);
  EXPECT_EQ(MetadataOf(status, "violations"), "100000");
  EXPECT_TRUE(status.GetPayload("field/field_99"));
  EXPECT_FALSE(status.GetPayload("field/field_100"));
}

TEST(RefusalTest, OthersHaveNoReason) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), "");
  EXPECT_EQ(ReasonOf(absl::InternalError("broken")), "");
}

}  // namespace
}  // namespace roster::domain
