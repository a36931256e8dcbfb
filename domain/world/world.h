// The world that decisions and queries read: an ordered key-value view at one position of the log.
//
// Implementations: a published version of the views (storage), an overlay of changes not yet
// applied, and one in memory for tests. Keys and values are bytes; the typed accessors stand beside
// each aggregate.

#ifndef ROSTER_DOMAIN_WORLD_WORLD_H_
#define ROSTER_DOMAIN_WORLD_WORLD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"

namespace roster::domain {

// A place in the log of a shard: the number of commits up to and including that one. 0 is the empty
// log.
using Position = uint64_t;

// The tables of the views. `search` alone holds what is derived from personal data.
enum class Table : uint8_t {
  kAccounts,         // account → AccountRow
  kUsers,            // account/user → UserRow
  kSearch,           // account/e/email, account/n/user name (normalised) → user id
  kServiceAccounts,  // account/service account → ServiceAccountRow
  kTokens,           // SHA-256 of a token → TokenRow
  kSubjects,         // account/subject/position → "": the commits that touched a subject
  kCounters,         // account/counter → number
};
inline constexpr size_t kTableCount = 7;
inline constexpr std::array<Table, kTableCount> kTables = {
    Table::kAccounts, Table::kUsers,    Table::kSearch,  Table::kServiceAccounts,
    Table::kTokens,   Table::kSubjects, Table::kCounters};

// The name of a table on disk.
std::string_view TableName(Table table);

// Const methods may be called from any thread while nobody writes.
class World {
 public:
  // Receives a row; returns false to stop the scan. The views are valid during the call only.
  using Visitor = absl::FunctionRef<bool(std::string_view key, std::string_view value)>;

  virtual ~World() = default;

  // The position of the log that this world shows.
  virtual Position position() const = 0;

  // The row of a key, or nothing when there is none.
  virtual std::optional<std::string> Get(Table table, std::string_view key) const = 0;

  // Visits the rows whose key begins with `prefix` and is greater than `after`, in the order of
  // their bytes.
  virtual void Scan(Table table, std::string_view prefix, std::string_view after,
                    Visitor visit) const = 0;
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_WORLD_WORLD_H_
