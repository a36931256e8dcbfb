#include "domain/rows/codec.h"

#include <cstdint>
#include <cstdlib>

namespace roster::domain {

std::string RowKey(std::string_view account_id, std::string_view id) {
  std::string key;
  key.reserve(account_id.size() + 1 + id.size());
  key.append(account_id).push_back(kSeparator);
  return key.append(id);
}

std::string AccountPrefix(std::string_view account_id) { return RowKey(account_id, ""); }

std::string Encode(const google::protobuf::MessageLite& row) { return row.SerializeAsString(); }

void Decode(std::string_view bytes, google::protobuf::MessageLite& row) {
  if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) std::abort();
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const absl::Duration since_epoch = time - absl::UnixEpoch();
  absl::Duration rest;
  const int64_t seconds = absl::IDivDuration(since_epoch, absl::Seconds(1), &rest);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return timestamp;
}

absl::Time FromTimestamp(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

}  // namespace roster::domain
