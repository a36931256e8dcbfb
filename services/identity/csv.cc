#include "services/identity/csv.h"

#include <csv.h>

#include <cstddef>
#include <memory>

#include "domain/base/refusal.h"

namespace roster::services {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kMaxRows = 1'000'000;
constexpr size_t kPieceBytes = 1 << 20;

struct Reading {
  std::vector<CsvRow> rows;
  CsvRow row;
};

void TakeField(void* bytes, size_t size, void* data) {
  static_cast<Reading*>(data)->row.emplace_back(static_cast<const char*>(bytes), size);
}

void TakeRow(int /*end*/, void* data) {
  auto& reading = *static_cast<Reading*>(data);
  reading.rows.push_back(std::move(reading.row));
  reading.row.clear();
}

absl::Status Malformed(const Reading& reading) {
  return domain::Refuse(domain::Reason::kMalformedCsv,
                        {{"row", std::to_string(reading.rows.size() + 1)}});
}

}  // namespace

absl::StatusOr<std::vector<CsvRow>> ReadCsv(std::string_view file) {
  if (file.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    file.remove_prefix(kByteOrderMark.size());
  }
  csv_parser parser;
  if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
    return absl::InternalError("libcsv can't be initialised");
  }
  const std::unique_ptr<csv_parser, void (*)(csv_parser*)> owner(&parser, csv_free);
  Reading reading;
  while (!file.empty()) {
    const std::string_view piece = file.substr(0, kPieceBytes);
    if (csv_parse(&parser, piece.data(), piece.size(), TakeField, TakeRow, &reading) !=
        piece.size()) {
      return Malformed(reading);
    }
    if (reading.rows.size() > kMaxRows) return domain::Refuse(domain::Reason::kLimitExceeded);
    file.remove_prefix(piece.size());
  }
  if (csv_fini(&parser, TakeField, TakeRow, &reading) != 0) return Malformed(reading);
  return std::move(reading.rows);
}

}  // namespace roster::services
