// Rows that say which commits touched a subject. The history of the subject is read by them.

#ifndef ROSTER_DOMAIN_ROWS_SUBJECT_ROWS_H_
#define ROSTER_DOMAIN_ROWS_SUBJECT_ROWS_H_

#include <string>
#include <string_view>

#include "domain/world/world.h"

namespace roster::domain {

// Key of the row that says that the commit at `position` touched the subject; it ends with the
// position.
std::string SubjectKey(std::string_view account_id, std::string_view subject_id, Position position);
std::string SubjectPrefix(std::string_view account_id, std::string_view subject_id);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROWS_SUBJECT_ROWS_H_
