// CSV files (RFC 4180) in any charset and with any delimiter, read with libcsv.

#ifndef ROSTER_SERVICES_IDENTITY_CSV_H_
#define ROSTER_SERVICES_IDENTITY_CSV_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/identity/charset.h"

struct csv_parser;  // of libcsv

namespace roster::services {

// A row of the file, and where it stands there.
struct CsvRow {
  size_t number = 0;  // from 1; of the row of column names 0
  size_t line = 0;    // from 1, as an editor shows it, in which the row begins
  std::vector<std::string> cells;
};

inline constexpr size_t kMaxCsvColumns = 256;
inline constexpr size_t kMaxCsvRowBytes = 1 << 20;
inline constexpr size_t kMaxCsvRows = 1'000'000;

// What is known of a file before it comes.
struct CsvFormat {
  std::string charset;    // empty: by its mark, else UTF-8
  char delimiter = '\0';  // zero: by its beginning
  bool has_header = false;
};

// Reads a file as its bytes arrive and keeps no more of it than its beginning and one row. Rows
// without any text are passed over. Thread-compatible.
class CsvReader {
 public:
  // Takes a row; what it refuses, Read and Finish refuse.
  using TakeRow = std::function<absl::Status(const CsvRow&)>;

  CsvReader(const CsvFormat& format, TakeRow take);
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // The next bytes; in the end that there are no more. After a refusal there is nothing to call.
  // Refuse with WRONG_CHARSET {charset, row, line, byte}, MALFORMED_CSV {row, line} (a stray quote,
  // a quote that is not closed) and LIMIT_EXCEEDED {limit, value, row, line}: columns, row_bytes or
  // rows.
  absl::Status Read(std::string_view bytes);
  absl::Status Finish();

 private:
  static void OnCell(void* bytes, size_t size, void* reader);
  static void OnRow(int end, void* reader);

  absl::Status Located(absl::Status read);
  absl::Status TakeText(std::string_view text);
  absl::Status Begin(bool all);
  absl::Status ParseLine(std::string_view piece);
  absl::Status Parse(std::string_view piece);
  absl::Status Placed(absl::Status refusal, size_t line) const;
  void Exceeded(const char* limit, size_t value);

  const char given_delimiter_;
  const TakeRow take_;
  CharsetDecoder decoder_;
  const std::unique_ptr<csv_parser, void (*)(csv_parser*)> parser_;
  std::string beginning_;  // of the text, until its delimiter is known
  bool begun_ = false;
  size_t line_ = 1;            // the one that comes next
  bool after_return_ = false;  // whose feed ends no other line
  CsvRow row_;                 // the one under way
  size_t row_bytes_ = 0;
  absl::Status refusal_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IDENTITY_CSV_H_
