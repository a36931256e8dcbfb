// The world that decisions and queries read: an ordered key-value view at one position of the log.
//
// Implementations: a published version of the views (storage), an overlay of changes not yet
// applied, an older position of another world (past.h), and one in memory for tests. Keys and
// values are bytes; domain/rows has the typed accessors, one file a kind of row.

#ifndef ROSTER_DOMAIN_WORLD_WORLD_H_
#define ROSTER_DOMAIN_WORLD_WORLD_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "domain/world/keys.h"
#include "domain/world/tables.h"

namespace roster::domain {

// A place in the log: the number of commits up to it, the one there included. 0 is before the first
// commit.
using Position = uint64_t;

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
  virtual std::optional<std::string> GetRaw(Table table, std::string_view key) const = 0;
  virtual void ScanRaw(Table table, std::string_view prefix, std::string_view after,
                       Direction direction, Visitor visit) const = 0;
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_WORLD_WORLD_H_
