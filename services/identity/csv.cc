#include "services/identity/csv.h"

#include <csv.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "domain/base/refusal.h"
#include "domain/base/try.h"

namespace roster::services {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// libcsv can't be stopped within a call, so it gets little at a time: what a piece adds to a row is
// bounded before the limits are looked at.
constexpr size_t kPieceBytes = 4096;

csv_parser* New() {
  auto parser = std::make_unique<csv_parser>();
  csv_init(parser.get(), CSV_STRICT | CSV_STRICT_FINI);  // fails for no parser alone
  csv_set_blk_size(parser.get(), kPieceBytes);
  return parser.release();
}

void Delete(csv_parser* parser) {
  csv_free(parser);
  delete parser;
}

}  // namespace

CsvReader::CsvReader(TakeRow take) : take_(std::move(take)), parser_(New(), Delete) {}

absl::Status CsvReader::Read(std::string_view bytes) {
  if (!begun_) {
    beginning_ += bytes;
    if (beginning_.size() < kByteOrderMark.size()) return absl::OkStatus();
    bytes = beginning_;
    if (bytes.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
      bytes.remove_prefix(kByteOrderMark.size());
    }
    begun_ = true;
  }
  for (; !bytes.empty(); bytes.remove_prefix(std::min(kPieceBytes, bytes.size()))) {
    ROSTER_TRY(Parse(bytes.substr(0, kPieceBytes)));
  }
  std::string().swap(beginning_);
  return absl::OkStatus();
}

absl::Status CsvReader::Parse(std::string_view piece) {
  const size_t read = csv_parse(parser_.get(), piece.data(), piece.size(), OnCell, OnRow, this);
  // What the cells before a fault exceed was refused first.
  if (row_bytes_ + parser_->entry_pos > kMaxCsvRowBytes) Exceeded("row_bytes", kMaxCsvRowBytes);
  if (!refusal_.ok()) return refusal_;
  return read == piece.size() ? absl::OkStatus() : Malformed();
}

absl::Status CsvReader::Finish() {
  // A file of less bytes than a mark.
  if (!begun_) {
    begun_ = true;
    ROSTER_TRY(Parse(beginning_));
  }
  const bool whole = csv_fini(parser_.get(), OnCell, OnRow, this) == 0;
  if (!refusal_.ok()) return refusal_;
  return whole ? absl::OkStatus() : Malformed();
}

void CsvReader::OnCell(void* bytes, size_t size, void* reader) {
  auto& self = *static_cast<CsvReader*>(reader);
  if (!self.refusal_.ok()) return;
  self.row_bytes_ += size;
  if (self.row_.size() == kMaxCsvColumns) return self.Exceeded("columns", kMaxCsvColumns);
  self.row_.emplace_back(static_cast<const char*>(bytes), size);
}

void CsvReader::OnRow(int /*end*/, void* reader) {
  auto& self = *static_cast<CsvReader*>(reader);
  if (!self.refusal_.ok()) return;
  if (self.rows_ > kMaxCsvRows) return self.Exceeded("rows", kMaxCsvRows);
  self.refusal_ = self.take_(self.row_);
  ++self.rows_;
  self.row_.clear();
  self.row_bytes_ = 0;
}

absl::Status CsvReader::Malformed() const {
  return domain::Refuse(domain::Reason::kMalformedCsv, {{"row", std::to_string(rows_ + 1)}});
}

void CsvReader::Exceeded(const char* limit, size_t value) {
  if (!refusal_.ok()) return;
  refusal_ =
      domain::WithMetadata(domain::RefuseLimit(limit, value), {{"row", std::to_string(rows_ + 1)}});
}

}  // namespace roster::services
