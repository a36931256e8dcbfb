// The tables of a world: what their rows are, and what is kept of them.

#ifndef ROSTER_DOMAIN_WORLD_TABLES_H_
#define ROSTER_DOMAIN_WORLD_TABLES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roster::domain {

// By number in memory only: on disk a table has its name.
enum class Table : uint8_t {
  kAccounts,         // account → AccountRow
  kUsers,            // account/user → UserRow
  kSearch,           // account/kind/text → id of the user, or of a service account
  kServiceAccounts,  // account/service account → ServiceAccountRow
  kTokens,           // SHA-256 of a token → TokenRow
  kSubjects,         // account/subject/position → "": the commits that touched a subject
  kCounters,         // account/counter → number
  kRequests,         // day/account/caller/request id → RequestRow
  kErasures,         // key id → ErasureRow
  kPast,             // table, key and the position at which the row ended → the row
  kSearchOf,         // account/user → SearchOfRow: the keys in kSearch that the user has
  kSearchPast,       // as kPast, of kSearch
  kCertificates,     // name in a client certificate → CertificateRow
  kUserIndex,        // account/s/status/user, account/r/role/user → ""
  kClock,            // position → "": the commits that set the clock back
  kEnd,              // no table: how many there are
};

enum class Past : bool { kForgotten, kKept };
enum class Content : bool { kPlain, kPersonal };

// What is true of all rows of a table.
struct TableTraits {
  Table table;
  std::string_view name;  // on disk
  // Whether rows that are overwritten or deleted are kept, so that older positions can be read
  // (past.h). Keys of such a table hold no NUL.
  Past past = Past::kForgotten;
  // Whether rows hold personal data in plain text, which has to go when a user is erased.
  Content content = Content::kPlain;
};

// A line a table, in the order of the enum.
inline constexpr std::array kTableTraits = {
    TableTraits{Table::kAccounts, "accounts", Past::kKept},
    TableTraits{Table::kUsers, "users", Past::kKept},
    TableTraits{Table::kSearch, "search", Past::kKept, Content::kPersonal},
    TableTraits{Table::kServiceAccounts, "service_accounts", Past::kKept},
    TableTraits{Table::kTokens, "tokens"},
    TableTraits{Table::kSubjects, "subjects"},
    TableTraits{Table::kCounters, "counters"},
    TableTraits{Table::kRequests, "requests"},
    TableTraits{Table::kErasures, "erasures"},
    TableTraits{Table::kPast, "past"},
    TableTraits{Table::kSearchOf, "search_of", Past::kForgotten, Content::kPersonal},
    TableTraits{Table::kSearchPast, "search_past", Past::kForgotten, Content::kPersonal},
    TableTraits{Table::kCertificates, "certificates"},
    TableTraits{Table::kUserIndex, "user_index", Past::kKept},
    TableTraits{Table::kClock, "clock"},
};
inline constexpr size_t kTableCount = static_cast<size_t>(Table::kEnd);
static_assert(kTableTraits.size() == kTableCount, "each table has its line");

// All of them, to go through.
inline constexpr std::array<Table, kTableCount> kTables = [] {
  std::array<Table, kTableCount> tables{};
  for (size_t i = 0; i < kTableCount; ++i) tables[i] = kTableTraits[i].table;
  return tables;
}();

constexpr const TableTraits& TraitsOf(Table table) {
  return kTableTraits[static_cast<size_t>(table)];
}
constexpr std::string_view TableName(Table table) { return TraitsOf(table).name; }
constexpr bool HasPast(Table table) { return TraitsOf(table).past == Past::kKept; }
constexpr bool IsPersonal(Table table) { return TraitsOf(table).content == Content::kPersonal; }

static_assert(
    [] {
      for (size_t i = 0; i < kTableCount; ++i) {
        if (kTableTraits[i].table != static_cast<Table>(i) || kTableTraits[i].name.empty())
          return false;
      }
      return true;
    }(),
    "the lines have names, and the order of the enum");

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_WORLD_TABLES_H_
