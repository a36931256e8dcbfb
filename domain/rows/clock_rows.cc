#include "domain/rows/clock_rows.h"

#include <string>
#include <string_view>

namespace roster::domain {

void NoteClockSetBack(Overlay& world) {
  std::string key;
  AppendPosition(key, world.position());
  world.Insert(Table::kClock, key, "");
}

std::vector<Position> ClockSetBacks(const World& world) {
  std::vector<Position> positions;
  world.Scan(Table::kClock, "", "", [&](std::string_view key, std::string_view) {
    positions.push_back(TrailingPosition(key));
    return true;
  });
  return positions;
}

}  // namespace roster::domain
