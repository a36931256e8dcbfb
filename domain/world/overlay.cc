#include "domain/world/overlay.h"

#include "domain/world/past.h"
#include "domain/world/rows_in_order.h"

namespace roster::domain {

std::optional<std::string> Overlay::GetRaw(Table table, std::string_view key) const {
  const TableChanges& changes = changes_.of(table);
  if (const auto found = changes.rows.find(key); found != changes.rows.end()) return found->second;
  if (changes.Drops(key)) return std::nullopt;
  return below_.GetRaw(table, key);
}

void Overlay::ScanRaw(Table table, std::string_view prefix, std::string_view after,
                      Direction direction, Visitor visit) const {
  const TableChanges& changes = changes_.of(table);
  RowsInOrder changed(changes.rows, prefix, after, direction);
  bool stopped = false;
  // Visits the changed rows that come before `limit`; all that are left when there is no limit.
  const auto visit_changed = [&](std::optional<std::string_view> limit) {
    for (const auto* row = changed.Peek();
         !stopped && row != nullptr && (!limit || ComesBefore(row->first, *limit, direction));
         row = changed.Peek()) {
      if (row->second) stopped = !visit(row->first, *row->second);
      changed.Pop();
    }
  };
  below_.ScanRaw(table, prefix, after, direction, [&](std::string_view key, std::string_view row) {
    visit_changed(key);
    if (stopped) return false;
    if (changes.rows.find(key) == changes.rows.end() && !changes.Drops(key)) {
      stopped = !visit(key, row);
    }
    return !stopped;
  });
  visit_changed(std::nullopt);
}

void Overlay::Put(Table table, std::string_view key, std::string value) {
  if (HasPast(table)) KeepPast(table, key);
  Insert(table, key, std::move(value));
}

void Overlay::Insert(Table table, std::string_view key, std::string value) {
  if (HasPast(table)) AppendPosition(value, position());
  changes_.of(table).rows.insert_or_assign(std::string(key), std::move(value));
}

void Overlay::Delete(Table table, std::string_view key) {
  if (HasPast(table)) KeepPast(table, key);
  Forget(table, key);
}

void Overlay::Forget(Table table, std::string_view key) {
  changes_.of(table).rows.insert_or_assign(std::string(key), std::nullopt);
}

void Overlay::DropBelow(Table table, std::string_view bound) {
  TableChanges& changes = changes_.of(table);
  changes.rows.erase(changes.rows.begin(), changes.rows.lower_bound(bound));
  if (changes.dropped_below < bound) changes.dropped_below = bound;
}

void Overlay::KeepPast(Table table, std::string_view key) {
  std::optional<std::string> row = GetRaw(table, key);
  // What one commit writes twice was never there at any position.
  if (!row || TrailingPosition(*row) == position()) return;
  changes_.of(PastOf(table)).rows.insert_or_assign(PastKey(table, key, position()), std::move(row));
}

}  // namespace roster::domain
