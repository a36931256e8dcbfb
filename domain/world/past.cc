#include "domain/world/past.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "domain/world/rows_in_order.h"

namespace roster::domain {
namespace {

// Rows fetched with one scan, and rows of one key that are passed over before it is left by a new
// scan: a row that changed a thousand times must not cost a thousand steps.
constexpr size_t kBatchRows = 128;
constexpr size_t kPassedRows = 8;

// After the key of a row, before the position at which it ended.
constexpr char kEnd = '\0';
constexpr size_t kTailBytes = 1 + kPositionBytes;

// The key of the row of which this is the key in the table of the past.
std::string_view RowKey(std::string_view past_key) {
  return past_key.substr(1, past_key.size() - 1 - kTailBytes);
}

char TableMark(Table table) { return static_cast<char>('A' + static_cast<int>(table)); }

// The ended row of a key that was in force at the position, if one was: the first that ended later.
std::optional<std::string> EndedRow(const World& now, Table table, std::string_view key,
                                    Position position) {
  std::optional<std::string> row;
  now.ScanRaw(PastOf(table), PastPrefix(table, key), PastKey(table, key, position),
              Direction::kAscending, [&](std::string_view /*key*/, std::string_view kept) {
                row = kept;
                return false;
              });
  return row;
}

// The ended rows of a table that were in force at a position, in the order of a scan.
class PastRows {
 public:
  PastRows(const World& now, Table table, Position position, std::string_view prefix,
           std::string_view after, Direction direction)
      : now_(now),
        table_(table),
        position_(position),
        direction_(direction),
        prefix_(1, TableMark(table)) {
    prefix_ += prefix;
    if (after.empty()) return;
    const bool ascending = direction == Direction::kAscending;
    after_ = ascending ? PastKey(table, after, ~Position{0}) : PastPrefix(table, after);
  }

  // The next row: key and row as kept; null after the last.
  const std::pair<std::string, std::string>* Peek() {
    while (rows_.empty() && !ended_) {
      if (direction_ == Direction::kAscending) {
        FetchUp();
      } else {
        FetchDown();
      }
    }
    return rows_.empty() ? nullptr : &rows_.front();
  }
  void Pop() { rows_.pop_front(); }

 private:
  void FetchUp();
  void FetchDown();

  const World& now_;
  const Table table_;
  const Position position_;
  const Direction direction_;
  std::string prefix_;  // of keys in the table of the past
  std::string after_;   // the key after which the next scan begins
  std::string done_;    // the row key whose row was found
  bool ended_ = false;
  std::deque<std::pair<std::string, std::string>> rows_;
};

void PastRows::FetchUp() {
  ended_ = true;
  size_t passed = 0;
  std::string next;
  const auto take = [&](std::string_view key, std::string_view row) {
    const std::string_view row_key = RowKey(key);
    next = key;
    const bool found = row_key == done_ && !done_.empty();
    if (found || TrailingPosition(key) <= position_) {
      if (++passed < kPassedRows) return true;
      next = PastKey(table_, row_key, found ? ~Position{0} : position_);
      ended_ = false;
      return false;
    }
    passed = 0;
    done_ = row_key;
    if (TrailingPosition(row) <= position_) rows_.emplace_back(row_key, row);
    ended_ = rows_.size() < kBatchRows;
    return ended_;
  };
  now_.ScanRaw(PastOf(table_), prefix_, after_, Direction::kAscending, take);
  after_ = std::move(next);
}

// Of the rows of one key the latest come first: the one in force is the last that ended later.
void PastRows::FetchDown() {
  ended_ = true;
  size_t passed = 0;
  std::string row_key;
  std::optional<std::string> found;
  const auto finish_key = [&] {
    if (found && TrailingPosition(*found) <= position_) rows_.emplace_back(row_key, *found);
    found.reset();
    passed = 0;
  };
  const auto take = [&](std::string_view key, std::string_view row) {
    if (RowKey(key) != row_key) {
      finish_key();
      ended_ = rows_.size() < kBatchRows;
      if (!ended_) return false;
      row_key = RowKey(key);
    }
    if (++passed > kPassedRows) {
      found = EndedRow(now_, table_, row_key, position_);
      ended_ = false;
      return false;
    }
    if (TrailingPosition(key) > position_) found = row;
    return true;
  };
  now_.ScanRaw(PastOf(table_), prefix_, after_, Direction::kDescending, take);
  finish_key();
  after_ = PastPrefix(table_, row_key);
}

}  // namespace

Table PastOf(Table table) { return table == Table::kSearch ? Table::kSearchPast : Table::kPast; }

std::string PastPrefix(Table table, std::string_view key) {
  std::string past;
  past.reserve(1 + key.size() + kTailBytes);
  past += TableMark(table);
  past += key;
  past += kEnd;
  return past;
}

std::string PastKey(Table table, std::string_view key, Position ended) {
  std::string past = PastPrefix(table, key);
  AppendPosition(past, ended);
  return past;
}

std::optional<std::string> PastWorld::GetRaw(Table table, std::string_view key) const {
  if (ShowsNow(table)) return now_.GetRaw(table, key);
  std::optional<std::string> row = EndedRow(now_, table, key, position_);
  if (!row) row = now_.GetRaw(table, key);
  if (row && TrailingPosition(*row) > position_) return std::nullopt;
  return row;
}

void PastWorld::ScanRaw(Table table, std::string_view prefix, std::string_view after,
                        Direction direction, Visitor visit) const {
  if (ShowsNow(table)) return now_.ScanRaw(table, prefix, after, direction, visit);
  // A row that ended after the position and the live one of the same key, which began then, are
  // never both in force: the two sequences have no key in common.
  PastRows past(now_, table, position_, prefix, after, direction);
  bool stopped = false;
  const auto visit_past = [&](std::optional<std::string_view> limit) {
    for (const auto* row = past.Peek();
         !stopped && row != nullptr && (!limit || ComesBefore(row->first, *limit, direction));
         row = past.Peek()) {
      stopped = !visit(row->first, row->second);
      past.Pop();
    }
  };
  const auto visit_live = [&](std::string_view key, std::string_view row) {
    if (TrailingPosition(row) > position_) return true;
    visit_past(key);
    if (!stopped) stopped = !visit(key, row);
    return !stopped;
  };
  now_.ScanRaw(table, prefix, after, direction, visit_live);
  visit_past(std::nullopt);
}

}  // namespace roster::domain
