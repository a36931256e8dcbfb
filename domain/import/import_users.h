// Importing users from rows of a file: a group of creations in one commit, of which each row stands
// alone.

#ifndef ROSTER_DOMAIN_IMPORT_IMPORT_USERS_H_
#define ROSTER_DOMAIN_IMPORT_IMPORT_USERS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/base/command.h"
#include "domain/batch/batch.h"
#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {

// Another row of the file, and the line in which it begins. Both from 1; 0: none.
struct OtherRow {
  uint32_t row = 0;
  uint32_t line = 0;
};

// A row, trimmed.
struct ImportRow {
  std::string user_id;
  event::v1::PersonalData personal;
  std::vector<std::string> roles;  // ids or display names: RolesOfCell
  OtherRow same_email;
  OtherRow same_user_name;
};

struct ImportUsers {
  std::string account_id;
  std::vector<ImportRow> rows;
};

// The roles that a cell names, with semicolons or commas between them, each once however it is
// written. Of more than a user may hold, so many and one more.
std::vector<std::string> RolesOfCell(std::string_view cell);

// Refuses as a whole: PERMISSION_REQUIRED. Otherwise a batch with a status for each row: OK,
// INVALID_FIELDS with all fields of the row that are wrong by themselves, or a refusal of
// CreateUser. The fields have the names of ImportField; beside the reasons of CreateUser they have
// DUPLICATE_IN_FILE, ROLE_NOT_FOUND, ROLE_REQUIRED and ROLE_BY_USER_TYPE. The metadata {row, line}
// are those of the other row, {role, why} of the first unknown role.
absl::StatusOr<BatchResult> Decide(const World& world, const ImportUsers& command,
                                   const Caller& caller);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_IMPORT_IMPORT_USERS_H_
