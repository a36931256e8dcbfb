// Importing users from rows of a file: a group of creations in one commit, of which each row stands
// alone.

#ifndef ROSTER_DOMAIN_IMPORT_IMPORT_USERS_H_
#define ROSTER_DOMAIN_IMPORT_IMPORT_USERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/base/command.h"
#include "domain/batch/batch.h"
#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {

// A row, trimmed. `role` is the id or display name of a role, or empty.
struct ImportRow {
  std::string user_id;
  event::v1::PersonalData personal;
  std::string role;
  bool duplicate_in_file = false;  // another row of the file has the same email or user name
};

struct ImportUsers {
  std::string account_id;
  std::vector<ImportRow> rows;
};

// Refuses as a whole: PERMISSION_REQUIRED. Otherwise a batch with a status for each row: OK, or a
// refusal with the reason MISSING_FIELD, INVALID_EMAIL, INVALID_VALUE (each {field}), or one of
// CreateUser's.
absl::StatusOr<BatchResult> Decide(const World& world, const ImportUsers& command,
                                   const Caller& caller);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_IMPORT_IMPORT_USERS_H_
