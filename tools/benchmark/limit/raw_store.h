// RocksDB as Roster uses it and nothing above it: a log that syncs each group, and views without a
// write-ahead log. The limit that storage/ is measured against, so it shares no code with it; the
// options that matter for speed are those of storage/log/rocksdb_log.cc and
// storage/views/views_db.cc.

#ifndef ROSTER_TOOLS_BENCHMARK_LIMIT_RAW_STORE_H_
#define ROSTER_TOOLS_BENCHMARK_LIMIT_RAW_STORE_H_

#include <rocksdb/db.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "tools/benchmark/limit/rows.h"

namespace roster::benchmark {

// Write from one thread at a time; Scan from any.
class RawStore {
 public:
  // Makes two new directories, `log` and `views`, in this one, which must be there.
  static absl::StatusOr<std::unique_ptr<RawStore>> Create(const std::string& directory);
  ~RawStore();
  RawStore(const RawStore&) = delete;
  RawStore& operator=(const RawStore&) = delete;

  // Appends a group of commits with one sync, then writes their rows.
  absl::Status Write(absl::Span<const CommitRows* const> group);

  // Writes this many users and makes them durable; the keys of their rows, in order.
  absl::StatusOr<std::vector<std::string>> Fill(uint64_t users);

  // Visits up to `rows` rows of users from this key on.
  absl::Status ScanUsers(std::string_view key, size_t rows,
                         const std::function<void(std::string_view)>& visit) const;

 private:
  RawStore() = default;

  rocksdb::ColumnFamilyHandle* of(domain::Table table) const {
    return tables_[static_cast<size_t>(table)];
  }

  std::unique_ptr<rocksdb::DB> log_;
  std::unique_ptr<rocksdb::DB> views_;
  std::vector<rocksdb::ColumnFamilyHandle*> tables_;  // by domain::Table, then the default one
  uint64_t position_ = 0;
};

}  // namespace roster::benchmark

#endif  // ROSTER_TOOLS_BENCHMARK_LIMIT_RAW_STORE_H_
