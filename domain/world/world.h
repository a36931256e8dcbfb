// The world that decisions and queries read: an ordered key-value view at one position of the log.
//
// Implementations: a published version of the views (storage), an overlay of changes not yet
// applied, an older position of another world (past.h), and one in memory for tests. Keys and
// values are bytes; the typed accessors stand beside each aggregate.

#ifndef ROSTER_DOMAIN_WORLD_WORLD_H_
#define ROSTER_DOMAIN_WORLD_WORLD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "domain/world/keys.h"

namespace roster::domain {

// A place in the log of a shard: the number of commits up to and including that one. 0 is the empty
// log.
using Position = uint64_t;

// The tables of the views. Those of search alone hold what is derived from personal data.
enum class Table : uint8_t {
  kAccounts,         // account → AccountRow
  kUsers,            // account/user → UserRow
  kSearch,           // account/kind/text → id of the user, or of a service account (rows.h)
  kServiceAccounts,  // account/service account → ServiceAccountRow
  kTokens,           // SHA-256 of a token → TokenRow
  kSubjects,         // account/subject/position → "": the commits that touched a subject
  kCounters,         // account/counter → number
  kRequests,         // day/account/caller/request id → RequestRow
  kErasures,         // key id → ErasureRow
  kPast,             // table, key and the position at which the row ended → the row
  kSearchOf,         // account/user → SearchOfRow: the rows of kSearch that are or were his
  kSearchPast,       // as kPast, of kSearch
  kCertificates,     // name in a client certificate → CertificateRow
  kUserIndex,        // account/s/status/user, account/r/role/user → ""
};
inline constexpr size_t kTableCount = 14;
inline constexpr std::array<Table, kTableCount> kTables = {
    Table::kAccounts,     Table::kUsers,    Table::kSearch,   Table::kServiceAccounts,
    Table::kTokens,       Table::kSubjects, Table::kCounters, Table::kRequests,
    Table::kErasures,     Table::kPast,     Table::kSearchOf, Table::kSearchPast,
    Table::kCertificates, Table::kUserIndex};

// The name of a table on disk.
std::string_view TableName(Table table);

// Whether the rows that changed are kept, so that older positions can be read (past.h). Keys of
// such a table hold no NUL.
bool HasPast(Table table);

// Whether rows hold personal data in plain text.
bool IsPersonal(Table table);

// The way through the keys of a table.
enum class Direction : uint8_t { kAscending, kDescending };

// The least key greater than all that begin with the prefix; empty when there is none.
std::string UpperBound(std::string_view prefix);

// Rows of one table: those whose key begins with one of the prefixes, which stand in the order in
// which they are read.
struct RowRanges {
  Table table;
  std::vector<std::string> prefixes;
  Direction direction = Direction::kAscending;
};

// Positions in keys and rows: 8 bytes, big-endian, so that the order of bytes is that of time.
inline constexpr size_t kPositionBytes = 8;
void AppendPosition(std::string& bytes, Position position);
// The position at the end of the bytes, which have at least kPositionBytes.
Position TrailingPosition(std::string_view bytes);

// Const methods may be called from any thread while nobody writes.
class World {
 public:
  // Receives a row; returns false to stop the scan. The views are valid during the call only.
  using Visitor = absl::FunctionRef<bool(std::string_view key, std::string_view value)>;

  virtual ~World() = default;

  // The position of the log that this world shows.
  virtual Position position() const = 0;

  // The keys that open the personal data in its rows.
  virtual const Keys& keys() const = 0;

  // The row of a key, or nothing when there is none.
  std::optional<std::string> Get(Table table, std::string_view key) const;

  // Visits the rows whose key begins with `prefix`, in the order of their bytes or against it:
  // those that come after `after`, all of them where that is empty.
  void Scan(Table table, std::string_view prefix, std::string_view after, Visitor visit,
            Direction direction = Direction::kAscending) const;

  // The same with the rows as they are kept: in a table with a past, each ends with the position
  // that wrote it.
  virtual std::optional<std::string> GetKept(Table table, std::string_view key) const = 0;
  virtual void ScanKept(Table table, std::string_view prefix, std::string_view after,
                        Direction direction, Visitor visit) const = 0;
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_WORLD_WORLD_H_
