#include "domain/rows/subject_rows.h"

#include "domain/rows/codec.h"

namespace roster::domain {

std::string SubjectKey(std::string_view account_id, std::string_view subject_id,
                       Position position) {
  std::string key = SubjectPrefix(account_id, subject_id);
  AppendPosition(key, position);
  return key;
}

std::string SubjectPrefix(std::string_view account_id, std::string_view subject_id) {
  return RowKey(account_id, std::string(subject_id) + kSeparator);
}

}  // namespace roster::domain
