// What a purge leaves: worlds without the rows that erased users left behind.

#ifndef ROSTER_TESTS_SUPPORT_PURGED_H_
#define ROSTER_TESTS_SUPPORT_PURGED_H_

#include <map>
#include <string>

#include "domain/user/list/search.h"
#include "domain/world/memory_world.h"
#include "domain/world/overlay.h"

namespace roster::domain {

// The rows of a table as they are kept, without those that the next purge drops.
inline std::map<std::string, std::string> PurgedRows(const World& world, Table table) {
  const ErasedUsers erased(world);
  std::map<std::string, std::string> rows;
  world.ScanRaw(table, "", "", Direction::kAscending,
                [&](std::string_view key, std::string_view row) {
                  if (table != Table::kSearchPast || !erased.Left(key, row)) rows.emplace(key, row);
                  return true;
                });
  return rows;
}

// The same of all tables: "table/key" → row.
inline std::map<std::string, std::string> Dump(const World& world) {
  std::map<std::string, std::string> all;
  for (const Table table : kTables) {
    for (const auto& [key, row] : PurgedRows(world, table)) {
      all.emplace(std::string(TableName(table)) + "/" + key, row);
    }
  }
  return all;
}

// The world as a purge leaves it.
inline MemoryWorld Purged(MemoryWorld world) {
  const ErasedUsers erased(world);
  Changes changes;
  Overlay overlay(world, changes);
  world.ScanRaw(Table::kSearchPast, "", "", Direction::kAscending,
                [&](std::string_view key, std::string_view row) {
                  if (erased.Left(key, row)) overlay.Forget(Table::kSearchPast, key);
                  return true;
                });
  world.Apply(changes);
  return world;
}

}  // namespace roster::domain

#endif  // ROSTER_TESTS_SUPPORT_PURGED_H_
