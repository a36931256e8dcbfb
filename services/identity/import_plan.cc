#include "services/identity/import_plan.h"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/base/wrong.h"
#include "domain/text/email.h"
#include "domain/text/text.h"
#include "storage/crypto/sha256.h"
#include "storage/log/log.h"

namespace roster::services {
namespace {

using domain::Reason;
using event::v1::PersonalData;
using identity::v1::ImportField;
using identity::v1::ImportHeader;

constexpr size_t kMaxKeptBytes = 128 << 20;
constexpr size_t kRowBytes = 64;   // of a row without its cells
constexpr size_t kTitleRows = 10;  // in which the names of the columns are looked for

// What a row adds to its commit beside its personal data: ids, the seal, tags and lengths. And what
// the commit has of its own. Both are rounded up.
constexpr size_t kEventBytes = 512;
constexpr size_t kGroupBytes = storage::kMaxCommitBytes - 16 * 1024;

void AppendCell(std::string& cells, std::string_view cell) {
  const auto size = static_cast<uint32_t>(cell.size());
  cells.append(reinterpret_cast<const char*>(&size), sizeof(size)).append(cell);
}

std::string_view TakeCell(std::string_view& cells) {
  uint32_t size = 0;
  std::copy_n(cells.data(), sizeof(size), reinterpret_cast<char*>(&size));
  const std::string_view cell = cells.substr(sizeof(size), size);
  cells.remove_prefix(sizeof(size) + size);
  return cell;
}

void SetField(ImportField field, std::string value, PersonalData& personal, std::string& roles) {
  switch (field) {
    case identity::v1::IMPORT_FIELD_FULL_NAME:
      return personal.set_full_name(std::move(value));
    case identity::v1::IMPORT_FIELD_GIVEN_NAME:
      return personal.set_given_name(std::move(value));
    case identity::v1::IMPORT_FIELD_FAMILY_NAME:
      return personal.set_family_name(std::move(value));
    case identity::v1::IMPORT_FIELD_EMAIL:
      return personal.set_email(std::move(value));
    case identity::v1::IMPORT_FIELD_USER_NAME:
      return personal.set_user_name(std::move(value));
    case identity::v1::IMPORT_FIELD_TITLE:
      return personal.set_title(std::move(value));
    case identity::v1::IMPORT_FIELD_ROLE:
      roles = std::move(value);
      return;
    default:  // ReadMapping lets in no other
      return;
  }
}

CsvFormat FormatOf(const ImportHeader& header) {
  return {.charset = header.charset(),
          .delimiter = header.delimiter().empty() ? '\0' : header.delimiter()[0],
          .has_header = header.has_header()};
}

}  // namespace

ImportPlan::ImportPlan(const ImportHeader& header, IdSource& ids)
    : header_(header),
      ids_(ids),
      reader_(FormatOf(header), [this](const CsvRow& row) { return TakeRow(row); }) {}

absl::Status ImportPlan::Read(std::string_view bytes) { return reader_.Read(bytes); }

// The first row, or one after it as long as that one names no columns: there may be a title above
// them.
absl::Status ImportPlan::TakeFirst(const CsvRow& row) {
  auto columns = ReadMapping(header_, row.cells);
  if (!columns.ok()) {
    if (not_mapped_.ok()) not_mapped_ = columns.status();
    const bool may_be_title = header_.has_header() && row.number < kTitleRows;
    return may_be_title ? absl::OkStatus() : not_mapped_;
  }
  if (!not_mapped_.ok()) {
    return domain::RefuseFields(
        {{"header.has_header", Reason::kInvalidValue, domain::wrong::TitleAbove(row.line)}});
  }
  width_ = row.cells.size();
  for (const auto& [field, column] : *columns) width_ = std::max(width_, column + 1);
  columns_ = *std::move(columns);
  return absl::OkStatus();
}

bool ImportPlan::Fits(const CsvRow& row) const {
  return row.cells.size() <= width_ && row.cells.size() >= LeastWidth(*columns_);
}

absl::Status ImportPlan::TakeRow(const CsvRow& row) {
  if (!columns_) {
    ROSTER_TRY(TakeFirst(row));
    if (header_.has_header()) return absl::OkStatus();
  }
  KeptRow& kept = rows_.emplace_back();
  kept.line = static_cast<uint32_t>(row.line);
  if (Fits(row)) {
    for (const auto& [field, column] : *columns_) {
      AppendCell(kept.cells, column < row.cells.size() ? domain::Trim(row.cells[column]) : "");
    }
    kept.cells.shrink_to_fit();
  } else {
    kept.wrong_width = static_cast<uint32_t>(row.cells.size());
  }
  widest_ = std::max(widest_, row.cells.size());
  kept_bytes_ += kRowBytes + kept.cells.size();
  if (kept_bytes_ <= kMaxKeptBytes) return absl::OkStatus();
  return domain::WithMetadata(
      domain::RefuseLimit("kept_bytes", kMaxKeptBytes),
      {{"row", std::to_string(row.number)}, {"line", std::to_string(row.line)}});
}

absl::Status ImportPlan::Finish(absl::FunctionRef<bool()> stopped) {
  ROSTER_TRY(reader_.Finish());
  if (!columns_) return not_mapped_.ok() ? domain::Refuse(Reason::kEmptyFile) : not_mapped_;
  ROSTER_TRY(CheckWidest());
  ROSTER_TRY(MarkDuplicates(
      stopped, [](const PersonalData& p) { return domain::NormalizeEmail(p.email()); },
      &KeptRow::same_email));
  return MarkDuplicates(
      stopped, [](const PersonalData& p) { return domain::Normalize(p.user_name()); },
      &KeptRow::same_user_name);
}

absl::Status ImportPlan::CheckWidest() const {
  const auto role = columns_->find(identity::v1::IMPORT_FIELD_ROLE);
  const bool there = header_.has_header() || role == columns_->end() || role->second < widest_;
  return there ? absl::OkStatus() : RefuseColumn(header_, role->first, widest_);
}

// Marks every row that shares a value with another. `value` gives it in the form that the account
// compares. Digests stand for the values, which would double what is kept.
template <typename Value>
absl::Status ImportPlan::MarkDuplicates(absl::FunctionRef<bool()> stopped, Value value,
                                        uint32_t KeptRow::*other) {
  std::vector<std::pair<std::array<char, 16>, uint32_t>> digests;
  std::string roles;
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (stopped()) return absl::CancelledError("the import was stopped");
    if (rows_[i].wrong_width != 0) continue;
    const std::string normalized = value(PersonalOf(rows_[i], roles));
    if (normalized.empty()) continue;
    auto& [digest, row] = digests.emplace_back();
    std::copy_n(storage::Sha256(normalized).begin(), digest.size(), digest.begin());
    row = static_cast<uint32_t>(i + 1);
  }
  std::sort(digests.begin(), digests.end());
  size_t first = 0;  // of those with the same value: the others name it, and it names the second
  for (size_t i = 1; i < digests.size(); ++i) {
    if (digests[i].first != digests[first].first) {
      first = i;
      continue;
    }
    rows_[digests[i].second - 1].*other = digests[first].second;
    if (i == first + 1) rows_[digests[first].second - 1].*other = digests[i].second;
  }
  return absl::OkStatus();
}

PersonalData ImportPlan::PersonalOf(const KeptRow& kept, std::string& roles) const {
  PersonalData personal;
  std::string_view cells = kept.cells;
  for (const auto& [field, column] : *columns_) {
    SetField(field, std::string(TakeCell(cells)), personal, roles);
  }
  if (personal.full_name().empty()) {
    personal.set_full_name(domain::Trim(personal.given_name() + " " + personal.family_name()));
  }
  return personal;
}

domain::OtherRow ImportPlan::Other(uint32_t number) const {
  if (number == 0) return {};
  return {.row = number, .line = rows_[number - 1].line};
}

PlannedRow ImportPlan::Plan(size_t index) const {
  const KeptRow& kept = rows_[index];
  PlannedRow planned;
  planned.number = static_cast<uint32_t>(index + 1);
  planned.line = kept.line;
  if (kept.wrong_width != 0) {
    planned.status = domain::Refuse(
        Reason::kColumnCount,
        {{"columns", std::to_string(kept.wrong_width)}, {"expected", std::to_string(width_)}});
    return planned;
  }
  std::string roles;
  planned.row.personal = PersonalOf(kept, roles);
  planned.row.roles = domain::RolesOfCell(roles);
  planned.row.same_email = Other(kept.same_email);
  planned.row.same_user_name = Other(kept.same_user_name);
  return planned;
}

std::vector<PlannedRow> ImportPlan::NextGroup() {
  std::vector<PlannedRow> group;
  size_t bytes = 0;
  while (next_ < rows_.size() && group.size() < kImportGroupRows) {
    PlannedRow planned = Plan(next_);
    bytes += kEventBytes + planned.row.personal.ByteSizeLong();
    if (bytes > kGroupBytes && !group.empty()) break;
    if (planned.status.ok()) planned.row.user_id = ids_.Next();
    group.push_back(std::move(planned));
    std::string().swap(rows_[next_++].cells);
  }
  return group;
}

}  // namespace roster::services
