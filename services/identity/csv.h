// CSV files (RFC 4180), read with libcsv.

#ifndef ROSTER_SERVICES_IDENTITY_CSV_H_
#define ROSTER_SERVICES_IDENTITY_CSV_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

struct csv_parser;  // of libcsv

namespace roster::services {

using CsvRow = std::vector<std::string>;

inline constexpr size_t kMaxCsvColumns = 256;
inline constexpr size_t kMaxCsvRowBytes = 1 << 20;
inline constexpr size_t kMaxCsvRows = 1'000'000;

// Reads a file as its bytes arrive and keeps no more of it than one row. The file may begin with a
// UTF-8 byte order mark; empty lines are passed over. Thread-compatible.
class CsvReader {
 public:
  // Takes a row; what it refuses, Read and Finish refuse.
  using TakeRow = std::function<absl::Status(const CsvRow&)>;

  explicit CsvReader(TakeRow take);
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // The next bytes; in the end that there are no more. After a refusal there is nothing to call.
  // Refuse with MALFORMED_CSV {row} (a stray quote, a quote that is not closed) and LIMIT_EXCEEDED
  // {limit, row}: columns, row_bytes or rows.
  absl::Status Read(std::string_view bytes);
  absl::Status Finish();

 private:
  static void OnCell(void* bytes, size_t size, void* reader);
  static void OnRow(int end, void* reader);

  absl::Status Parse(std::string_view piece);
  absl::Status Malformed() const;
  void Exceeded(const char* limit, size_t value);

  const TakeRow take_;
  const std::unique_ptr<csv_parser, void (*)(csv_parser*)> parser_;
  std::string beginning_;  // of the file, until it is known whether it is a mark
  bool begun_ = false;
  CsvRow row_;
  size_t row_bytes_ = 0;
  size_t rows_ = 0;  // that are taken
  absl::Status refusal_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IDENTITY_CSV_H_
