// What the tests ask of a running server.

#ifndef ROSTER_TESTS_CRASH_SUPPORT_CLIENT_H_
#define ROSTER_TESTS_CRASH_SUPPORT_CLIENT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "roster/audit/v1/event.pb.h"
#include "roster/identity/v1/import.pb.h"
#include "roster/identity/v1/user.pb.h"
#include "tests/support/client.h"

namespace roster::crash {

// An account, and the token of a service account that may do everything in it.
struct Account {
  std::string id;
  std::string token;
};

// Everything that a server shows of an account at one position.
struct Dump {
  uint64_t position = 0;
  std::vector<identity::v1::User> users;  // also deleted ones
  std::vector<audit::v1::AuditEvent> events;
};

// The same as text, to be compared.
std::string Print(const Dump& dump);

// What an import told until it ended or broke off.
struct ImportAnswer {
  absl::Status status;
  std::vector<identity::v1::ImportedRows> groups;  // acknowledged
  std::optional<identity::v1::ImportSummary> summary;
};

// What a test does while an import runs.
struct ImportHooks {
  std::function<void()> before_end = [] {};  // all is sent but the half-close
  std::function<void()> told = [] {};        // another group was acknowledged
};

// Calls end as those of call.h.
class Client {
 public:
  // `token` as authorization of every call.
  Client(uint16_t port, const std::string& token);

  absl::StatusOr<identity::v1::User> CreateUser(const std::string& account_id,
                                                const identity::v1::UserProfile& profile);
  absl::StatusOr<identity::v1::User> DeleteUser(const std::string& account_id,
                                                const std::string& user_id);
  absl::StatusOr<identity::v1::User> EraseUser(const std::string& account_id,
                                               const identity::v1::User& user);
  // The answers in the order of the requests; nothing where the user was not found.
  absl::StatusOr<std::vector<std::optional<identity::v1::User>>> GetUsers(
      const std::vector<identity::v1::GetUserRequest>& requests);
  absl::StatusOr<Dump> ReadAll(const std::string& account_id);
  // Columns: name, email, user name, title, role.
  ImportAnswer Import(const std::string& account_id, const std::string& csv,
                      const ImportHooks& hooks = {});

 private:
  absl::Status ReadUsers(const std::string& account_id, const std::string& filter, Dump& dump);
  absl::Status ReadEvents(const std::string& account_id, Dump& dump);

  const api_test::Client api_;
};

// An account with the preset ROLE_MATRIX, its first administrator and a service account that holds
// super_admin.
absl::StatusOr<Account> CreateMatrixAccount(uint16_t port, const std::string& operator_token);

// Whether the health service on this port says SERVING for the name; an error when it does not
// answer.
absl::StatusOr<bool> IsServing(uint16_t port, const std::string& service = "");

}  // namespace roster::crash

#endif  // ROSTER_TESTS_CRASH_SUPPORT_CLIENT_H_
