#include "tools/rosterctl/error.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <map>

#include "absl/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "services/transport/violation_reason.h"

namespace roster::ctl {
namespace {

void AppendLine(const std::string& name, const std::string& value, std::string& text) {
  text += "  " + name + ": " + value + "\n";
}

}  // namespace

std::string DescribeError(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  std::string reason;
  std::string rest;
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::RetryInfo retry;
  for (const auto& detail : details.details()) {
    if (detail.UnpackTo(&info)) {
      reason = " " + info.reason();
      const std::map<std::string, std::string> metadata(info.metadata().begin(),
                                                        info.metadata().end());
      for (const auto& [key, value] : metadata) AppendLine(key, value, rest);
    } else if (detail.UnpackTo(&bad_request)) {
      for (const auto& violation : bad_request.field_violations()) {
        AppendLine(violation.field(),
                   services::ReasonOf(violation) + ": " + violation.description(), rest);
      }
    } else if (detail.UnpackTo(&retry)) {
      AppendLine("retry after", google::protobuf::util::TimeUtil::ToString(retry.retry_delay()),
                 rest);
    }
  }
  // The canonical codes of Abseil and gRPC are the same numbers.
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  const std::string name = absl::StatusCodeToString(code);
  if (reason == " " + name) reason.clear();  // one word once
  return name + reason + ": " + status.error_message() + "\n" + rest;
}

}  // namespace roster::ctl
