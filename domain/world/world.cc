#include "domain/world/world.h"

namespace roster::domain {

std::string_view TableName(Table table) {
  switch (table) {
    case Table::kAccounts:
      return "accounts";
    case Table::kUsers:
      return "users";
    case Table::kSearch:
      return "search";
    case Table::kServiceAccounts:
      return "service_accounts";
    case Table::kTokens:
      return "tokens";
    case Table::kSubjects:
      return "subjects";
    case Table::kCounters:
      return "counters";
    case Table::kRequests:
      return "requests";
    case Table::kErasures:
      return "erasures";
    case Table::kPast:
      return "past";
    case Table::kSearchOf:
      return "search_of";
    case Table::kSearchPast:
      return "search_past";
    case Table::kCertificates:
      return "certificates";
    case Table::kUserIndex:
      return "user_index";
  }
  return "";
}

bool HasPast(Table table) {
  return table == Table::kAccounts || table == Table::kUsers || table == Table::kSearch ||
         table == Table::kServiceAccounts || table == Table::kUserIndex;
}

bool IsPersonal(Table table) {
  return table == Table::kSearch || table == Table::kSearchOf || table == Table::kSearchPast;
}

std::string UpperBound(std::string_view prefix) {
  std::string bound(prefix);
  while (!bound.empty() && bound.back() == '\xff') bound.pop_back();
  if (!bound.empty()) ++bound.back();
  return bound;
}

void AppendPosition(std::string& bytes, Position position) {
  for (size_t i = kPositionBytes; i-- > 0;) bytes += static_cast<char>(position >> (8 * i));
}

Position TrailingPosition(std::string_view bytes) {
  Position position = 0;
  for (const char c : bytes.substr(bytes.size() - kPositionBytes)) {
    position = (position << 8) | static_cast<uint8_t>(c);
  }
  return position;
}

std::optional<std::string> World::Get(Table table, std::string_view key) const {
  std::optional<std::string> row = GetKept(table, key);
  if (row && HasPast(table)) row->resize(row->size() - kPositionBytes);
  return row;
}

void World::Scan(Table table, std::string_view prefix, std::string_view after, Visitor visit,
                 Direction direction) const {
  if (!HasPast(table)) return ScanKept(table, prefix, after, direction, visit);
  ScanKept(table, prefix, after, direction, [&](std::string_view key, std::string_view row) {
    row.remove_suffix(kPositionBytes);
    return visit(key, row);
  });
}

}  // namespace roster::domain
