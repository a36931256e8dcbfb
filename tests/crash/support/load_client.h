// Changes of users with request ids, as a careful client sends and repeats them.

#ifndef ROSTER_TESTS_CRASH_SUPPORT_LOAD_CLIENT_H_
#define ROSTER_TESTS_CRASH_SUPPORT_LOAD_CLIENT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "tests/crash/support/client.h"

namespace roster::crash {

enum class Change { kCreate, kUpdate, kChangeRole, kDisable, kEnable, kDelete, kRestore, kErase };
inline constexpr int kChanges = 8;

// The same when it is repeated.
struct ChangeRequest {
  std::string id;
  Change change = Change::kCreate;
  std::string user_id;    // empty when the user is created
  uint64_t revision = 0;  // the user's, which an erasure expects
};

struct ChangeAnswer {
  uint64_t position = 0;
  bool changed = false;
  std::string user_id;
};

// What a read shows.
struct Seen {
  uint64_t position = 0;
  uint64_t revision = 0;
};

// Thread-safe.
class LoadClient {
 public:
  LoadClient(uint16_t port, const Account& account);

  // Waits until it is connected; false when that takes too long.
  bool Connected();
  absl::StatusOr<ChangeAnswer> Send(const ChangeRequest& request);
  absl::StatusOr<Seen> Read(const std::string& user_id);

 private:
  absl::StatusOr<ChangeAnswer> Create(const ChangeRequest& request);
  absl::StatusOr<ChangeAnswer> Update(const ChangeRequest& request);
  absl::StatusOr<ChangeAnswer> ChangeRole(const ChangeRequest& request);

  const Account account_;
  const api_test::Client api_;
};

}  // namespace roster::crash

#endif  // ROSTER_TESTS_CRASH_SUPPORT_LOAD_CLIENT_H_
