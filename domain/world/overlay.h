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

// What changes in a table: first all rows whose key is less than `dropped_below` go, then rows are
// put (with a value, as kept) or deleted (without). A plain value.
struct TableChanges {
  using Rows = std::map<std::string, std::optional<std::string>, std::less<>>;

  Rows rows;
  std::string dropped_below;

  // Whether a row that is not among the changes is dropped by them.
  bool Drops(std::string_view key) const { return key < dropped_below; }
};

// The changes of all tables, and the position that they lead to. Position 0: not set; an overlay
// then sets that of the world below. A plain value.
struct Changes {
  std::array<TableChanges, kTableCount> tables;
  Position position = 0;

  TableChanges& of(Table table) { return tables[static_cast<size_t>(table)]; }
  const TableChanges& of(Table table) const { return tables[static_cast<size_t>(table)]; }
};

// `below` as it would be with `changes` applied. Writing goes to `changes`, never to `below`. Both
// outlive the overlay. Thread-compatible.
class Overlay final : public World {
 public:
  Overlay(const World& below, Changes& changes) : below_(below), changes_(changes) {
    if (changes_.position == 0) changes_.position = below_.position();
  }

  Position position() const override { return changes_.position; }
  const Keys& keys() const override { return below_.keys(); }
  std::optional<std::string> GetRaw(Table table, std::string_view key) const override;
  void ScanRaw(Table table, std::string_view prefix, std::string_view after, Direction direction,
               Visitor visit) const override;

  // Writes and deletes rows. In a table with a past, the row that ends here is kept.
  void Put(Table table, std::string_view key, std::string value);
  void Delete(Table table, std::string_view key);

  // Writes a row that is not there yet, as Put would, without looking for the one before.
  void Insert(Table table, std::string_view key, std::string value);

  // Deletes a row, and keeps nothing of it.
  void Forget(Table table, std::string_view key);

  // Deletes all rows whose key is less than `bound`, in a table without a past.
  void DropBelow(Table table, std::string_view bound);

  // Every commit is folded at its own position.
  void MoveTo(Position position) { changes_.position = position; }

 private:
  void KeepPast(Table table, std::string_view key);

  const World& below_;
  Changes& changes_;
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_WORLD_OVERLAY_H_
