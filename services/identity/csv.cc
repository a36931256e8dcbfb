#include "services/identity/csv.h"

#include <csv.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/text/text.h"
#include "services/identity/delimiter.h"

namespace roster::services {
namespace {

using domain::Reason;

// libcsv can't be stopped within a call, so it gets little at a time: what a piece adds to a row is
// bounded before the limits are looked at. Nor does it count lines, so no piece goes beyond one.
constexpr size_t kPieceBytes = 4096;

constexpr int kRowNotBegun = 0;  // of csv_parser::pstate

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

bool EndsLine(char c) { return c == '\n' || c == '\r'; }

bool HasText(const std::vector<std::string>& cells) {
  return std::any_of(cells.begin(), cells.end(),
                     [](const std::string& cell) { return !domain::Trim(cell).empty(); });
}

}  // namespace

CsvReader::CsvReader(const CsvFormat& format, TakeRow take)
    : given_delimiter_(format.delimiter),
      take_(std::move(take)),
      decoder_(format.charset, [this](std::string_view text) { return TakeText(text); }),
      parser_(New(), Delete) {
  row_.number = format.has_header ? 0 : 1;
}

absl::Status CsvReader::Read(std::string_view bytes) { return Located(decoder_.Read(bytes)); }

absl::Status CsvReader::Finish() {
  ROSTER_TRY(Located(decoder_.Finish()));
  if (!begun_) ROSTER_TRY(Begin(/*all=*/true));
  const bool whole = csv_fini(parser_.get(), OnCell, OnRow, this) == 0;
  if (!refusal_.ok()) return refusal_;
  return whole ? absl::OkStatus() : Placed(domain::Refuse(Reason::kMalformedCsv), row_.line);
}

// Where the byte of a WRONG_CHARSET stands: all text before it was taken.
absl::Status CsvReader::Located(absl::Status read) {
  if (domain::ReasonOf(read) != domain::ReasonName(Reason::kWrongCharset)) return read;
  if (!begun_) ROSTER_TRY(Begin(/*all=*/true));
  return Placed(std::move(read), line_);
}

absl::Status CsvReader::TakeText(std::string_view text) {
  if (!begun_) {
    beginning_ += text;
    return Begin(/*all=*/false);
  }
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, kPieceBytes);
    const auto* const end = std::find_if(piece.begin(), piece.end(), EndsLine);
    const size_t size = static_cast<size_t>(end - piece.begin()) + (end == piece.end() ? 0 : 1);
    ROSTER_TRY(ParseLine(piece.substr(0, size)));
    text.remove_prefix(size);
  }
  return absl::OkStatus();
}

absl::Status CsvReader::Begin(bool all) {
  const auto found = ReadBeginning(beginning_, given_delimiter_, all);
  if (!found) return absl::OkStatus();
  begun_ = true;
  csv_set_delim(parser_.get(), static_cast<unsigned char>(found->delimiter));
  const std::string text = std::exchange(beginning_, {});
  return TakeText(std::string_view(text).substr(found->skipped_bytes));
}

// A line, or a piece of one.
absl::Status CsvReader::ParseLine(std::string_view piece) {
  const bool between = parser_->pstate == kRowNotBegun;
  const bool ends = EndsLine(piece.back());
  if (between) row_.line = line_;
  if (!between || !ends || piece.size() > 1) ROSTER_TRY(Parse(piece));
  if (ends && !(after_return_ && piece == "\n")) ++line_;
  after_return_ = piece.back() == '\r';
  return absl::OkStatus();
}

absl::Status CsvReader::Parse(std::string_view piece) {
  const size_t read = csv_parse(parser_.get(), piece.data(), piece.size(), OnCell, OnRow, this);
  // What the cells before a fault exceed was refused first.
  if (row_bytes_ + parser_->entry_pos > kMaxCsvRowBytes) Exceeded("row_bytes", kMaxCsvRowBytes);
  if (!refusal_.ok()) return refusal_;
  return read == piece.size() ? absl::OkStatus()
                              : Placed(domain::Refuse(Reason::kMalformedCsv), row_.line);
}

void CsvReader::OnCell(void* bytes, size_t size, void* reader) {
  auto& self = *static_cast<CsvReader*>(reader);
  if (!self.refusal_.ok()) return;
  self.row_bytes_ += size;
  if (self.row_.cells.size() == kMaxCsvColumns) return self.Exceeded("columns", kMaxCsvColumns);
  self.row_.cells.emplace_back(static_cast<const char*>(bytes), size);
}

void CsvReader::OnRow(int /*end*/, void* reader) {
  auto& self = *static_cast<CsvReader*>(reader);
  if (!self.refusal_.ok()) return;
  if (HasText(self.row_.cells)) {
    if (self.row_.number > kMaxCsvRows) return self.Exceeded("rows", kMaxCsvRows);
    self.refusal_ = self.take_(self.row_);
    ++self.row_.number;
  }
  self.row_.cells.clear();
  self.row_bytes_ = 0;
}

absl::Status CsvReader::Placed(absl::Status refusal, size_t line) const {
  return domain::WithMetadata(
      std::move(refusal), {{"row", std::to_string(row_.number)}, {"line", std::to_string(line)}});
}

void CsvReader::Exceeded(const char* limit, size_t value) {
  if (refusal_.ok()) refusal_ = Placed(domain::RefuseLimit(limit, value), row_.line);
}

}  // namespace roster::services
