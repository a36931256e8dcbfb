#include "domain/world/past.h"

#include <algorithm>
#include <deque>
#include <utility>

namespace roster::domain {
namespace {

// Rows fetched with one scan, and rows of one key that are passed over before it is left by a new
// scan: a row that changed a thousand times must not cost a thousand steps.
constexpr size_t kBatchRows = 128;
constexpr size_t kPassedRows = 8;

// After the key of a row, before the position at which it ended.
constexpr char kEnd = '\0';
constexpr size_t kTailBytes = 1 + kPositionBytes;

char TableMark(Table table) { return static_cast<char>('A' + static_cast<int>(table)); }

// The ended rows of a table that were in force at a position, in the order of their keys.
class PastRows {
 public:
  PastRows(const World& now, Table table, Position position, std::string_view prefix,
           std::string_view after)
      : now_(now), table_(table), position_(position), prefix_(1, TableMark(table)) {
    prefix_ += prefix;
    if (after >= prefix && !after.empty()) after_ = PastKey(table, after, ~Position{0});
  }

  // The next row: key and row as kept; null after the last.
  const std::pair<std::string, std::string>* Peek() {
    while (rows_.empty() && !ended_) Fetch();
    return rows_.empty() ? nullptr : &rows_.front();
  }
  void Pop() { rows_.pop_front(); }

 private:
  void Fetch();

  const World& now_;
  const Table table_;
  const Position position_;
  std::string prefix_;  // of keys in the table of the past
  std::string after_;   // the key after which the next scan begins
  std::string done_;    // the row key whose row was found
  bool ended_ = false;
  std::deque<std::pair<std::string, std::string>> rows_;
};

void PastRows::Fetch() {
  ended_ = true;
  size_t passed = 0;
  std::string next;
  now_.ScanKept(PastOf(table_), prefix_, after_, [&](std::string_view key, std::string_view row) {
    const std::string_view row_key = key.substr(1, key.size() - 1 - kTailBytes);
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
  });
  after_ = std::move(next);
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

std::optional<std::string> PastWorld::GetKept(Table table, std::string_view key) const {
  if (ShowsNow(table)) return now_.GetKept(table, key);
  std::optional<std::string> row;
  now_.ScanKept(PastOf(table), PastPrefix(table, key), PastKey(table, key, position_),
                [&](std::string_view /*key*/, std::string_view kept) {
                  row = kept;
                  return false;
                });
  if (!row) row = now_.GetKept(table, key);
  if (row && TrailingPosition(*row) > position_) return std::nullopt;
  return row;
}

void PastWorld::ScanKept(Table table, std::string_view prefix, std::string_view after,
                         Visitor visit) const {
  if (ShowsNow(table)) return now_.ScanKept(table, prefix, after, visit);
  // A row that ended after the position and the live one of the same key, which began then, are
  // never both in force: the two sequences have no key in common.
  PastRows past(now_, table, position_, prefix, after);
  bool stopped = false;
  const auto visit_past = [&](std::optional<std::string_view> limit) {
    for (const auto* row = past.Peek();
         !stopped && row != nullptr && (!limit || row->first < *limit); row = past.Peek()) {
      stopped = !visit(row->first, row->second);
      past.Pop();
    }
  };
  now_.ScanKept(table, prefix, after, [&](std::string_view key, std::string_view row) {
    if (TrailingPosition(row) > position_) return true;
    visit_past(key);
    if (!stopped) stopped = !visit(key, row);
    return !stopped;
  });
  visit_past(std::nullopt);
}

}  // namespace roster::domain
