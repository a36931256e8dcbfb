// Changes to a world, and a world seen through changes that are not yet part of it.

#ifndef ROSTER_DOMAIN_WORLD_OVERLAY_H_
#define ROSTER_DOMAIN_WORLD_OVERLAY_H_

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "domain/world/world.h"

namespace roster::domain {

// Rows put (with a value) or deleted (without), and the position that they lead to. A plain value.
struct Changes {
  using Rows = std::map<std::string, std::optional<std::string>, std::less<>>;

  std::array<Rows, kTableCount> tables;
  Position position = 0;

  Rows& of(Table table) { return tables[static_cast<size_t>(table)]; }
  const Rows& of(Table table) const { return tables[static_cast<size_t>(table)]; }
};

// `below` as it would be with `changes` applied. Writing goes to `changes`, never to `below`. Both
// outlive the overlay. Thread-compatible.
class Overlay final : public World {
 public:
  Overlay(const World& below, Changes& changes) : below_(below), changes_(changes) {
    if (changes_.position == 0) changes_.position = below_.position();
  }

  Position position() const override { return changes_.position; }
  std::optional<std::string> Get(Table table, std::string_view key) const override;
  void Scan(Table table, std::string_view prefix, std::string_view after,
            Visitor visit) const override;

  void Put(Table table, std::string_view key, std::string value);
  void Delete(Table table, std::string_view key);
  void MoveTo(Position position) { changes_.position = position; }

 private:
  const World& below_;
  Changes& changes_;
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_WORLD_OVERLAY_H_
