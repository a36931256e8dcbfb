// What clients of a server were told, held against what the server shows after it was killed.

#ifndef ROSTER_TESTS_CRASH_SUPPORT_LOAD_CHECK_H_
#define ROSTER_TESTS_CRASH_SUPPORT_LOAD_CHECK_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/crash/support/client.h"
#include "tests/crash/support/load_client.h"

namespace roster::crash {

// Thread-safe.
class LoadCheck {
 public:
  // Of an account whose last commit is at this position, the last of the log.
  explicit LoadCheck(uint64_t head) : head_(head), told_(head) {}

  // Before a request is sent: the last position that anyone was told.
  uint64_t Ask() const;
  // What came of a request; `asked` is what Ask gave. An answer that says nothing of the outcome
  // leaves the request in doubt, and is the end of the server: false.
  bool Tell(const ChangeRequest& request, uint64_t asked,
            const absl::StatusOr<ChangeAnswer>& answer);
  bool TellRead(uint64_t asked, const absl::StatusOr<Seen>& seen);

  // Requests that must be repeated.
  std::vector<ChangeRequest> InDoubt() const;

  // When nobody is in doubt: every position after the first is that of one request, and its event
  // is there exactly if it was told to have changed something; the users are what their events
  // say.
  void Compare(const Dump& dump);

  // What is wrong; empty when all is well.
  std::vector<std::string> findings() const;
  size_t told() const;
  size_t doubts() const;

 private:
  struct Told {
    ChangeRequest request;
    bool changed;
    std::string user_id;
  };

  void Place(const ChangeRequest& request, uint64_t asked, const ChangeAnswer& answer);
  void CompareEvents(const Dump& dump);
  void CompareUsers(const Dump& dump);

  const uint64_t head_;
  mutable std::mutex mutex_;
  // All guarded by mutex_.
  uint64_t told_;
  std::map<uint64_t, Told> by_position_;
  std::map<std::string, uint64_t> positions_;  // by request id
  std::map<std::string, ChangeRequest> in_doubt_;
  std::vector<std::string> findings_;
  size_t doubts_ = 0;
};

}  // namespace roster::crash

#endif  // ROSTER_TESTS_CRASH_SUPPORT_LOAD_CHECK_H_
