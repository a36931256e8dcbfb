#include "domain/world/world.h"

#include "domain/world/memory_world.h"
#include "domain/world/overlay.h"

namespace roster::domain {
namespace {

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// The first row of an ordered map that a scan may visit.
template <typename Rows>
auto FirstRow(const Rows& rows, std::string_view prefix, std::string_view after) {
  return after < prefix ? rows.lower_bound(prefix) : rows.upper_bound(after);
}

}  // namespace

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
  }
  return "";
}

std::optional<std::string> Overlay::Get(Table table, std::string_view key) const {
  const Changes::Rows& rows = changes_.of(table);
  if (const auto found = rows.find(key); found != rows.end()) return found->second;
  return below_.Get(table, key);
}

void Overlay::Scan(Table table, std::string_view prefix, std::string_view after,
                   Visitor visit) const {
  const Changes::Rows& rows = changes_.of(table);
  auto next = FirstRow(rows, prefix, after);
  bool stopped = false;
  // Visits the changed rows that come before `limit`; all that are left when there is no limit.
  const auto visit_changed = [&](std::optional<std::string_view> limit) {
    while (!stopped && next != rows.end() && StartsWith(next->first, prefix) &&
           (!limit || next->first < *limit)) {
      if (next->second) stopped = !visit(next->first, *next->second);
      ++next;
    }
  };
  below_.Scan(table, prefix, after, [&](std::string_view key, std::string_view value) {
    visit_changed(key);
    if (stopped) return false;
    if (rows.find(key) == rows.end()) stopped = !visit(key, value);
    return !stopped;
  });
  visit_changed(std::nullopt);
}

void Overlay::Put(Table table, std::string_view key, std::string value) {
  changes_.of(table).insert_or_assign(std::string(key), std::move(value));
}

void Overlay::Delete(Table table, std::string_view key) {
  changes_.of(table).insert_or_assign(std::string(key), std::nullopt);
}

std::optional<std::string> MemoryWorld::Get(Table table, std::string_view key) const {
  const Rows& rows = tables_[static_cast<size_t>(table)];
  const auto found = rows.find(key);
  if (found == rows.end()) return std::nullopt;
  return found->second;
}

void MemoryWorld::Scan(Table table, std::string_view prefix, std::string_view after,
                       Visitor visit) const {
  const Rows& rows = tables_[static_cast<size_t>(table)];
  for (auto row = FirstRow(rows, prefix, after);
       row != rows.end() && StartsWith(row->first, prefix); ++row) {
    if (!visit(row->first, row->second)) return;
  }
}

void MemoryWorld::Apply(const Changes& changes) {
  for (const Table table : kTables) {
    Rows& rows = tables_[static_cast<size_t>(table)];
    for (const auto& [key, value] : changes.of(table)) {
      if (value) {
        rows.insert_or_assign(key, *value);
      } else {
        rows.erase(key);
      }
    }
  }
  position_ = changes.position;
}

}  // namespace roster::domain
