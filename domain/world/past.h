// Older positions of a world.
//
// A row of a table that has a past ends with the position that wrote it (the stamp). When a
// row is overwritten or deleted, the overlay keeps the old one under its key and the position at
// which it ended. So the row at a position is the first kept one that ended after it, else the live
// one, and it counts as absent when its stamp is greater than the position.

#ifndef ROSTER_DOMAIN_WORLD_PAST_H_
#define ROSTER_DOMAIN_WORLD_PAST_H_

#include <optional>
#include <string>
#include <string_view>

#include "domain/world/world.h"

namespace roster::domain {

// The table that keeps the ended rows of a table.
Table PastOf(Table table);

// Key of the ended rows of a row, without and with the position at which one ended.
std::string PastPrefix(Table table, std::string_view key);
std::string PastKey(Table table, std::string_view key, Position ended);

// A world as it was at an older position. Tables without a past show what is there now.
// Thread-compatible; `now` outlives it.
class PastWorld final : public World {
 public:
  // `position` is at most that of `now`.
  PastWorld(const World& now, Position position) : now_(now), position_(position) {}

  Position position() const override { return position_; }
  const Keys& keys() const override { return now_.keys(); }
  std::optional<std::string> GetRaw(Table table, std::string_view key) const override;
  void ScanRaw(Table table, std::string_view prefix, std::string_view after, Direction direction,
               Visitor visit) const override;

 private:
  bool ShowsNow(Table table) const { return position_ == now_.position() || !HasPast(table); }

  const World& now_;
  const Position position_;
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_WORLD_PAST_H_
