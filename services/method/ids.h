// New identifiers and secrets.

#ifndef ROSTER_SERVICES_METHOD_IDS_H_
#define ROSTER_SERVICES_METHOD_IDS_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "storage/base/mutex.h"

namespace roster::services {

// Makes UUIDs of version 7 (RFC 9562 §5.7, with the sub-millisecond fraction of §6.2 method 3):
// each is greater than the one before, so that new rows arrive in key order. Written by hand: the
// libuuid of the toolchain has no version 7. Thread-safe.
class IdSource {
 public:
  explicit IdSource(std::function<absl::Time()> clock) : clock_(std::move(clock)) {}

  std::string Next();

 private:
  const std::function<absl::Time()> clock_;
  storage::Mutex mutex_;
  // Milliseconds and fraction of the newest id, as one number.
  int64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The ids of one command: made for it, or, for a repeat of it, those that were made then.
// Thread-compatible.
class CommandIds {
 public:
  explicit CommandIds(IdSource& source) : source_(&source) {}
  explicit CommandIds(std::vector<std::string> made) : made_(std::move(made)) {}

  std::string Next();

  // Ids handed out, in order.
  const std::vector<std::string>& made() const { return made_; }

 private:
  IdSource* source_ = nullptr;  // null: `made_` is handed out again
  std::vector<std::string> made_;
  size_t next_ = 0;
};

// Whether the text looks like a UUID (RFC 9562 §4), in whatever case.
bool IsUuid(std::string_view text);

// A new token of 256 random bits, behind a prefix that tells leaked ones apart: `roster_op_…`,
// `roster_sa_…`.
std::string NewToken(std::string_view prefix);
inline constexpr std::string_view kOperatorToken = "roster_op_";
inline constexpr std::string_view kServiceToken = "roster_sa_";

}  // namespace roster::services

#endif  // ROSTER_SERVICES_METHOD_IDS_H_
