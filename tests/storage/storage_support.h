// What the tests of storage share: commits, and worlds written out row by
// row.

#ifndef ROSTER_TESTS_STORAGE_STORAGE_SUPPORT_H_
#define ROSTER_TESTS_STORAGE_STORAGE_SUPPORT_H_

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/log/log.h"
#include "storage/vault/vault.h"
#include "tests/support/purged.h"
#include "tests/support/temp_directory.h"

namespace roster::storage {

using test::TempDirectory;

// The content of a file, and putting another in its place; the test fails when that can't be done.
std::string Content(const std::string& path);
void Overwrite(const std::string& path, std::string_view content);

// A key vault in a directory that goes away.
class TestVault {
 public:
  explicit TestVault(const std::string& log_id = std::string(16, 'L'));

  Vault& operator*() const { return *vault_; }
  Vault* operator->() const { return vault_.get(); }

 private:
  TempDirectory directory_;
  std::unique_ptr<Vault> vault_;
};

// The event that creates a user, with personal data derived from the id.
event::v1::Event UserCreated(const std::string& user);

// The commit that creates an account, or a user in it, whose data is sealed in the shape that a log
// accepts, but under no key of any vault.
event::v1::Commit AccountCommit(const std::string& account);
event::v1::Commit UserCommit(const std::string& account, const std::string& user);
// The same, sealed under a new key.
event::v1::Commit UserCommit(const std::string& account, const std::string& user, Vault& vault);

// Appends the commits of an account with `users` users, each by itself; the account's only when the
// log is empty. The test fails when the log does not take them. Without a vault nobody can open
// them.
void AppendUsers(Log& log, int users);
void AppendUsers(Log& log, int users, Vault& vault);

using domain::Dump;

// What a log folds to in memory, one commit after the other, as Dump has it.
std::map<std::string, std::string> FoldOf(const Log& log, const Vault& vault);

// Lines said to people.
class Said {
 public:
  void operator()(std::string_view line) { text_ += std::string(line) + "\n"; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// A status or result with this code.
MATCHER_P(HasCode, code, absl::StatusCodeToString(code)) {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code;
}

// As HasCode, and the message contains the text.
MATCHER_P2(Fails, code, text, absl::StatusCodeToString(code) + " with \"" + text + "\"") {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code &&
         std::string(StatusOf(arg).message()).find(text) != std::string::npos;
}

MATCHER(IsOk, "") {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_STORAGE_SUPPORT_H_
