#include "services/identity/import_plan.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
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
using domain::Violation;
using event::v1::PersonalData;
using identity::v1::ColumnMapping;
using identity::v1::ImportField;
using identity::v1::ImportHeader;

using Columns = std::map<ImportField, size_t>;

constexpr size_t kMaxKeptBytes = 128 << 20;
constexpr size_t kRowBytes = 64;  // of a row without its cells

// What a row adds to its commit beside its personal data: ids, the seal, tags and lengths. And what
// the commit has of its own. Both are rounded up.
constexpr size_t kEventBytes = 512;
constexpr size_t kGroupBytes = storage::kMaxCommitBytes - 16 * 1024;

// The columns of a header by their names as they are compared; of one name the first.
std::unordered_map<std::string, size_t> NamesOf(const CsvRow& first) {
  std::unordered_map<std::string, size_t> names;
  for (size_t column = 0; column < first.size(); ++column) {
    names.emplace(domain::Normalize(first[column]), column);
  }
  return names;
}

// MAPPING_INCOMPLETE when a required field has no column.
absl::Status CheckComplete(const Columns& columns) {
  std::vector<std::string> missing;
  const auto need = [&](ImportField field, const char* name) {
    if (columns.count(field) == 0) missing.emplace_back(name);
  };
  if (columns.count(identity::v1::IMPORT_FIELD_FULL_NAME) == 0 &&
      (columns.count(identity::v1::IMPORT_FIELD_GIVEN_NAME) == 0 ||
       columns.count(identity::v1::IMPORT_FIELD_FAMILY_NAME) == 0)) {
    missing.emplace_back("full_name");
  }
  need(identity::v1::IMPORT_FIELD_EMAIL, "email");
  need(identity::v1::IMPORT_FIELD_USER_NAME, "user_name");
  if (missing.empty()) return absl::OkStatus();
  return domain::Refuse(Reason::kMappingIncomplete, {{"fields", absl::StrJoin(missing, ",")}});
}

// What is wrong with a mapping whose column the file does not have.
std::string NoColumn(const ColumnMapping& mapping, const CsvRow& first) {
  if (mapping.column_case() == ColumnMapping::kName) {
    return domain::wrong::NoSuchColumn(mapping.name(), first);
  }
  return domain::wrong::OutOfRange(1, static_cast<int64_t>(first.size()));
}

absl::StatusOr<Columns> ReadMapping(const ImportHeader& header, const CsvRow& first) {
  const auto names =
      header.has_header() ? NamesOf(first) : std::unordered_map<std::string, size_t>();
  // The column that a mapping means; nothing when the file has none of that name or number.
  const auto find = [&](const ColumnMapping& mapping) -> std::optional<size_t> {
    if (mapping.column_case() == ColumnMapping::kNumber) {
      const bool exists = mapping.number() > 0 && mapping.number() <= first.size();
      return exists ? std::optional<size_t>(mapping.number() - 1) : std::nullopt;
    }
    const auto found = names.find(domain::Normalize(mapping.name()));
    const bool named = mapping.column_case() == ColumnMapping::kName && found != names.end();
    return named ? std::optional<size_t>(found->second) : std::nullopt;
  };
  Columns columns;
  std::vector<Violation> wrong;
  for (int i = 0; i < header.mapping_size(); ++i) {
    const ColumnMapping& mapping = header.mapping(i);
    const std::string field = "header.mapping." + std::to_string(i);
    const auto column = find(mapping);
    if (!column) {
      wrong.push_back({field + ".column", Reason::kInvalidValue, NoColumn(mapping, first)});
    } else if (mapping.field() == identity::v1::IMPORT_FIELD_UNSPECIFIED ||
               !identity::v1::ImportField_IsValid(mapping.field()) ||
               !columns.emplace(mapping.field(), *column).second) {
      wrong.push_back({field + ".field", Reason::kInvalidValue, domain::wrong::MappedBefore()});
    }
  }
  if (!wrong.empty()) return domain::RefuseFields(wrong);
  ROSTER_TRY(CheckComplete(columns));
  return columns;
}

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

void SetField(ImportField field, std::string value, PersonalData& personal, std::string& role) {
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
      role = std::move(value);
      return;
    default:  // ReadMapping lets in no other
      return;
  }
}

}  // namespace

ImportPlan::ImportPlan(const ImportHeader& header, IdSource& ids)
    : header_(header), ids_(ids), reader_([this](const CsvRow& cells) { return TakeRow(cells); }) {}

absl::Status ImportPlan::Read(std::string_view bytes) { return reader_.Read(bytes); }

absl::Status ImportPlan::TakeFirst(const CsvRow& cells) {
  width_ = cells.size();
  ROSTER_ASSIGN(columns_, ReadMapping(header_, cells));
  return absl::OkStatus();
}

absl::Status ImportPlan::TakeRow(const CsvRow& cells) {
  if (!columns_) {
    ROSTER_TRY(TakeFirst(cells));
    if (header_.has_header()) return absl::OkStatus();
  }
  KeptRow& row = rows_.emplace_back();
  row.fits = cells.size() == width_;
  if (row.fits) {
    for (const auto& [field, column] : *columns_) {
      AppendCell(row.cells, domain::Trim(cells[column]));
    }
    row.cells.shrink_to_fit();
  }
  kept_bytes_ += kRowBytes + row.cells.size();
  if (kept_bytes_ <= kMaxKeptBytes) return absl::OkStatus();
  return domain::WithMetadata(domain::RefuseLimit("kept_bytes", kMaxKeptBytes),
                              {{"row", std::to_string(rows_.size())}});
}

absl::Status ImportPlan::Finish(absl::FunctionRef<bool()> stopped) {
  ROSTER_TRY(reader_.Finish());
  if (!columns_) ROSTER_TRY(TakeFirst({}));  // an empty file
  ROSTER_TRY(MarkDuplicates(
      stopped, [](const PersonalData& p) { return domain::NormalizeEmail(p.email()); }));
  return MarkDuplicates(stopped,
                        [](const PersonalData& p) { return domain::Normalize(p.user_name()); });
}

// Marks every row that shares a value with another. `value` gives it in the form that the account
// compares. Digests stand for the values, which would double what is kept.
template <typename Value>
absl::Status ImportPlan::MarkDuplicates(absl::FunctionRef<bool()> stopped, Value value) {
  std::vector<std::pair<std::array<char, 16>, uint32_t>> digests;
  std::string role;
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (stopped()) return absl::CancelledError("the import was stopped");
    if (!rows_[i].fits) continue;
    const std::string normalized = value(PersonalOf(rows_[i], role));
    if (normalized.empty()) continue;
    auto& [digest, row] = digests.emplace_back();
    std::copy_n(storage::Sha256(normalized).begin(), digest.size(), digest.begin());
    row = static_cast<uint32_t>(i);
  }
  std::sort(digests.begin(), digests.end());
  for (size_t i = 1; i < digests.size(); ++i) {
    if (digests[i].first != digests[i - 1].first) continue;
    rows_[digests[i].second].duplicate = rows_[digests[i - 1].second].duplicate = true;
  }
  return absl::OkStatus();
}

PersonalData ImportPlan::PersonalOf(const KeptRow& kept, std::string& role) const {
  PersonalData personal;
  std::string_view cells = kept.cells;
  for (const auto& [field, column] : *columns_) {
    SetField(field, std::string(TakeCell(cells)), personal, role);
  }
  if (personal.full_name().empty()) {
    personal.set_full_name(domain::Trim(personal.given_name() + " " + personal.family_name()));
  }
  return personal;
}

PlannedRow ImportPlan::Plan(size_t index) const {
  const KeptRow& kept = rows_[index];
  PlannedRow planned;
  planned.number = static_cast<uint32_t>(index + 1);
  if (!kept.fits) {
    planned.status = domain::Refuse(Reason::kColumnCount);
    return planned;
  }
  planned.row.duplicate_in_file = kept.duplicate;
  planned.row.personal = PersonalOf(kept, planned.row.role);
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
