// How rows and their keys are written: what the rows of all kinds share.

#ifndef ROSTER_DOMAIN_ROWS_CODEC_H_
#define ROSTER_DOMAIN_ROWS_CODEC_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "domain/world/world.h"
#include "google/protobuf/message_lite.h"
#include "google/protobuf/timestamp.pb.h"

namespace roster::domain {

// What stands between the parts of a key.
inline constexpr char kSeparator = '/';

// `account/id`: every id stands under its account.
std::string RowKey(std::string_view account_id, std::string_view id);

// The prefix of all keys of an account.
std::string AccountPrefix(std::string_view account_id);

// A row as bytes, and back. A row that does not parse is a broken invariant of the views: the
// process ends.
std::string Encode(const google::protobuf::MessageLite& row);
void Decode(std::string_view bytes, google::protobuf::MessageLite& row);

// The row of a key, or nothing when there is none.
template <typename Row>
std::optional<Row> FindRow(const World& world, Table table, std::string_view key) {
  const auto bytes = world.Get(table, key);
  if (!bytes) return std::nullopt;
  Row row;
  Decode(*bytes, row);
  return row;
}

google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time FromTimestamp(const google::protobuf::Timestamp& time);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROWS_CODEC_H_
