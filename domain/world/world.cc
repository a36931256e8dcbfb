#include "domain/world/world.h"

namespace roster::domain {

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
  std::optional<std::string> row = GetRaw(table, key);
  if (row && HasPast(table)) row->resize(row->size() - kPositionBytes);
  return row;
}

void World::Scan(Table table, std::string_view prefix, std::string_view after, Visitor visit,
                 Direction direction) const {
  if (!HasPast(table)) return ScanRaw(table, prefix, after, direction, visit);
  ScanRaw(table, prefix, after, direction, [&](std::string_view key, std::string_view row) {
    row.remove_suffix(kPositionBytes);
    return visit(key, row);
  });
}

}  // namespace roster::domain
