#include "services/transport/status.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "services/transport/violation_reason.h"

namespace roster::services {
namespace {

using Payloads = std::vector<std::pair<std::string, std::string>>;

absl::Status Refusal(absl::StatusCode code, const std::string& message, const Payloads& payloads) {
  absl::Status status(code, message);
  for (const auto& [type_url, value] : payloads) status.SetPayload(type_url, absl::Cord(value));
  return status;
}

// The details in one line each, as a client would unpack them.
std::vector<std::string> DetailsOf(const grpc::Status& status) {
  google::rpc::Status packed;
  EXPECT_TRUE(packed.ParseFromString(status.error_details()));
  EXPECT_EQ(packed.code(), status.error_code());
  EXPECT_EQ(packed.message(), status.error_message());
  std::vector<std::string> details;
  for (const auto& any : packed.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    google::rpc::RetryInfo retry;
    std::string text = "unexpected " + any.type_url();
    if (any.UnpackTo(&info)) {
      text = "ErrorInfo " + info.domain() + " " + info.reason();
      for (const char* key : {"email", "user_id"}) {
        if (info.metadata().contains(key)) {
          text += std::string(" ") + key + "=" + info.metadata().at(key);
        }
      }
      text += " of " + std::to_string(info.metadata_size());
    } else if (any.UnpackTo(&bad_request)) {
      text = "BadRequest";
      for (const auto& violation : bad_request.field_violations()) {
        text += " [" + violation.field() + "|" + ReasonOf(violation) + ": " +
                violation.description() + "]";
      }
    } else if (any.UnpackTo(&retry)) {
      text = "RetryInfo " + std::to_string(retry.retry_delay().seconds()) + "s " +
             std::to_string(retry.retry_delay().nanos()) + "ns";
    }
    details.push_back(text);
  }
  return details;
}

struct StatusCase {
  const char* name;
  absl::StatusCode code;
  Payloads payloads;
  grpc::StatusCode grpc_code;
  std::vector<std::string> details;
};

class RefusalTest : public testing::TestWithParam<StatusCase> {};

TEST_P(RefusalTest, KeepsCodeAndMessageAndPacksItsDetails) {
  const grpc::Status status = ToGrpc(Refusal(GetParam().code, "a sentence", GetParam().payloads));
  EXPECT_EQ(status.error_code(), GetParam().grpc_code);
  EXPECT_EQ(status.error_message(), "a sentence");
  EXPECT_EQ(DetailsOf(status), GetParam().details);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusalTest,
    testing::Values(
        StatusCase{"ReasonOnly",
                   absl::StatusCode::kFailedPrecondition,
                   {{"reason", "LAST_ADMINISTRATOR"}},
                   grpc::StatusCode::FAILED_PRECONDITION,
                   {"ErrorInfo roster LAST_ADMINISTRATOR of 0"}},
        StatusCase{"Metadata",
                   absl::StatusCode::kAlreadyExists,
                   {{"metadata/user_id", "u1"}, {"reason", "EMAIL_TAKEN"}, {"metadata/email", "e"}},
                   grpc::StatusCode::ALREADY_EXISTS,
                   {"ErrorInfo roster EMAIL_TAKEN email=e user_id=u1 of 2"}},
        StatusCase{"FieldsAreSorted",
                   absl::StatusCode::kInvalidArgument,
                   {{"field/user.name", "MISSING_FIELD: a value is required"},
                    {"reason", "INVALID_FIELDS"},
                    {"field/user.email", "INVALID_EMAIL: no"}},
                   grpc::StatusCode::INVALID_ARGUMENT,
                   {"ErrorInfo roster INVALID_FIELDS of 0",
                    "BadRequest [user.email|INVALID_EMAIL: no] "
                    "[user.name|MISSING_FIELD: a value is required]"}},
        StatusCase{"Retry",
                   absl::StatusCode::kResourceExhausted,
                   {{"reason", "OVERLOADED"}, {"retry_ms", "1250"}},
                   grpc::StatusCode::RESOURCE_EXHAUSTED,
                   {"ErrorInfo roster OVERLOADED of 0", "RetryInfo 1s 250000000ns"}},
        StatusCase{"MalformedRetryIsLeftOut",
                   absl::StatusCode::kUnavailable,
                   {{"reason", "SHUTTING_DOWN"}, {"retry_ms", "-5"}},
                   grpc::StatusCode::UNAVAILABLE,
                   {"ErrorInfo roster SHUTTING_DOWN of 0"}},
        StatusCase{"UnknownPayloadIsLeftOut",
                   absl::StatusCode::kUnauthenticated,
                   {{"reason", "UNAUTHENTICATED"}, {"secret", "x"}},
                   grpc::StatusCode::UNAUTHENTICATED,
                   {"ErrorInfo roster UNAUTHENTICATED of 0"}}),
    [](const auto& info) { return info.param.name; });

TEST(StatusTest, OkStaysOk) {
  const grpc::Status status = ToGrpc(absl::OkStatus());
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.error_details(), "");
}

TEST(StatusTest, WithoutReasonNothingOfTheCauseLeaves) {
  for (const absl::Status& caller :
       {absl::NotFoundError("/secret/path"), absl::InternalError("stack"),
        Refusal(absl::StatusCode::kInvalidArgument, "bad", {{"field/a", "b"}})}) {
    const grpc::Status status = ToGrpc(caller);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_EQ(status.error_message(), "internal error");
    EXPECT_EQ(status.error_details(), "");
  }
}

TEST(StatusTest, ManyViolationsStayWithinTheTrailers) {
  Payloads payloads = {{"reason", "INVALID_FIELDS"}};
  for (int i = 100; i < 600; ++i) {
    payloads.emplace_back("field/rows[" + std::to_string(i) + "]", "MISSING_FIELD: is required");
  }
  const grpc::Status status =
      ToGrpc(Refusal(absl::StatusCode::kInvalidArgument, "fields are wrong", payloads));
  EXPECT_LT(status.error_details().size(), 6u * 1024);
  EXPECT_GT(status.error_details().size(), 3u * 1024);
  EXPECT_EQ(DetailsOf(status).at(1).substr(0, 50),
            "BadRequest [rows[100]|MISSING_FIELD: is required] ");
}

}  // namespace
}  // namespace roster::services
