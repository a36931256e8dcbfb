// A real server over loopback for tests, and accounts in it.

#ifndef ROSTER_TESTS_API_SERVER_FIXTURE_H_
#define ROSTER_TESTS_API_SERVER_FIXTURE_H_

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "roster/identity/v1/import.pb.h"
#include "services/options.h"
#include "services/server.h"
#include "services/telemetry/log.h"
#include "storage/store/store.h"
#include "tests/support/calls.h"
#include "tests/support/client.h"
#include "tests/support/plumbing_support.h"

namespace roster::api_test {

// A server with a store of its own in a temporary directory; ports are the system's choice.
class TestServer {
 public:
  // `client`: what the operator shows where clients need a certificate. `log`: takes everything
  // that the server logs; outlives it. Null: errors go to stderr.
  explicit TestServer(services::Options options = {},
                      std::optional<services::TlsIdentity> client = std::nullopt,
                      std::FILE* log = nullptr, absl::Duration stream_silence = absl::Seconds(30));
  ~TestServer();

  services::Server& server() { return *server_; }
  const services::TempDirectory& directory() const { return directory_; }

  // The operator of the installation.
  const Client& op() const { return operator_; }
  // Without a credential.
  Client Anonymous() const { return operator_.As(""); }

  // Stops the server, does `meanwhile` to the store and starts it again. Clients of before are of
  // no use any more.
  void Restart(const std::function<void(const storage::StorePaths&)>& meanwhile = nullptr);

  // From now on this much time has passed beside the real one. Never less than before.
  void Advance(absl::Duration by) { passed_ = absl::ToInt64Nanoseconds(by); }
  // From now on the clock is wrong by this much.
  void Jump(absl::Duration by) { jumped_ = absl::ToInt64Nanoseconds(by); }
  absl::Time Clock() const {
    return absl::Now() + absl::Nanoseconds(passed_.load()) + absl::Nanoseconds(jumped_.load());
  }

  // The position that is published.
  uint64_t Position() const;

 private:
  void Start();

  services::TempDirectory directory_;
  services::Options options_;
  const std::optional<services::TlsIdentity> client_;
  const absl::Duration stream_silence_;
  std::atomic<int64_t> passed_ = 0;
  std::atomic<int64_t> jumped_ = 0;
  services::Logger logger_;
  std::unique_ptr<services::Server> server_;
  Client operator_;
};

// The one server of the process that most tests share: each works in accounts of its own. Starts
// with the first use; stops after the last test.
TestServer& SharedServer();

// A service account and a token of it.
struct Service {
  std::string service_account_id;
  std::string token_id;
  Client client;
};

// An account with its first administrator (named "first") and one service account that may do
// everything in it.
struct Home {
  explicit Home(Preset preset, TestServer& test_server = SharedServer());

  // A new service account with these roles, made by the operator.
  Service NewService(const std::vector<std::string>& roles) const;
  Client As(const std::vector<std::string>& roles) const { return NewService(roles).client; }

  // Creates the user and returns the id; a refusal fails the test.
  std::string Create(const identity::v1::CreateUserRequest& request) const;
  std::string Create(const std::string& name, const std::vector<std::string>& roles = {}) const;

  identity::v1::User Get(const std::string& user_id) const;

  // What a check says about the user: "ALLOW ROLE viewer".
  std::string Check(const std::string& user_id, const std::string& permission) const;

  // The names that ListUsers shows, sorted.
  std::vector<std::string> Names(const std::string& filter = "") const;

  TestServer* server = nullptr;
  std::string id;
  std::string administrator_id;
  Client client;  // a super_admin
};

// Runs a call about one user and says how it ended; "OK" or "OK unchanged" when it went well.
template <typename Request>
std::string Try(const Client& client, const Request& request) {
  const auto answer = client.Call(request);
  if (!answer.ok()) return answer.Text();
  return answer->changed() ? "OK" : "OK unchanged";
}

// A whole import.
struct Imported {
  Result result;
  std::vector<identity::v1::ImportedRow> rows;
  identity::v1::ImportSummary summary;
};

// Sends header and file in pieces, half-closes and reads to the end.
Imported ImportFile(const Client& client, const identity::v1::ImportHeader& header,
                    const std::string& file, size_t piece_bytes = 64 << 10);

// A header for files with the columns full name, email, user name and role, without a first row of
// names.
identity::v1::ImportHeader FourColumns(const std::string& account_id);

// A header for files with the columns of people.csv by their names, in another case: Name, Email,
// User name, Title and Groups.
identity::v1::ImportHeader PeopleHeader(const std::string& account_id);

// Rows of a file with four columns: "name0", "name1"…
std::string Rows(const std::string& name, int count, const std::string& role);

// Why a row failed, or "created".
std::string OutcomeOf(const identity::v1::ImportedRow& row);

}  // namespace roster::api_test

#endif  // ROSTER_TESTS_API_SERVER_FIXTURE_H_
