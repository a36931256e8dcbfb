#include "services/identity/import_plan.h"

#include <map>
#include <string>
#include <unordered_map>

#include "absl/strings/str_join.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/text/email.h"
#include "domain/text/text.h"
#include "services/identity/csv.h"

namespace roster::services {
namespace {

using domain::Reason;
using domain::Violation;
using identity::v1::ColumnMapping;
using identity::v1::ImportField;
using identity::v1::ImportHeader;

// Which column, from 0, holds a field.
using Columns = std::map<ImportField, size_t>;

// The column that a mapping means; nothing when the file has none of that name or number.
std::optional<size_t> FindColumn(const ColumnMapping& mapping, const CsvRow& first,
                                 bool has_header) {
  if (mapping.column_case() == ColumnMapping::kNumber) {
    if (mapping.number() == 0 || mapping.number() > first.size()) return std::nullopt;
    return mapping.number() - 1;
  }
  if (mapping.column_case() != ColumnMapping::kName || !has_header) return std::nullopt;
  const std::string wanted = domain::Normalize(mapping.name());
  for (size_t column = 0; column < first.size(); ++column) {
    if (domain::Normalize(first[column]) == wanted) return column;
  }
  return std::nullopt;
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

absl::StatusOr<Columns> ReadMapping(const ImportHeader& header, const CsvRow& first) {
  Columns columns;
  std::vector<Violation> wrong;
  for (int i = 0; i < header.mapping_size(); ++i) {
    const ColumnMapping& mapping = header.mapping(i);
    const std::string field = "mapping." + std::to_string(i);
    const auto column = FindColumn(mapping, first, header.has_header());
    if (!column) {
      wrong.push_back({field + ".column", Reason::kInvalidValue});
    } else if (mapping.field() == identity::v1::IMPORT_FIELD_UNSPECIFIED ||
               !identity::v1::ImportField_IsValid(mapping.field()) ||
               !columns.emplace(mapping.field(), *column).second) {
      wrong.push_back({field + ".field", Reason::kInvalidValue});
    }
  }
  if (!wrong.empty()) return domain::RefuseFields(wrong);
  ROSTER_TRY(CheckComplete(columns));
  return columns;
}

domain::ImportRow ReadRow(const CsvRow& cells, const Columns& columns, IdSource& ids) {
  const auto cell = [&](ImportField field) {
    const auto column = columns.find(field);
    return column == columns.end() ? "" : domain::Trim(cells[column->second]);
  };
  domain::ImportRow row;
  row.user_id = ids.Next();
  row.role = cell(identity::v1::IMPORT_FIELD_ROLE);
  event::v1::PersonalData& personal = row.personal;
  personal.set_full_name(cell(identity::v1::IMPORT_FIELD_FULL_NAME));
  personal.set_given_name(cell(identity::v1::IMPORT_FIELD_GIVEN_NAME));
  personal.set_family_name(cell(identity::v1::IMPORT_FIELD_FAMILY_NAME));
  personal.set_email(cell(identity::v1::IMPORT_FIELD_EMAIL));
  personal.set_user_name(cell(identity::v1::IMPORT_FIELD_USER_NAME));
  personal.set_title(cell(identity::v1::IMPORT_FIELD_TITLE));
  if (personal.full_name().empty()) {
    personal.set_full_name(domain::Trim(personal.given_name() + " " + personal.family_name()));
  }
  return row;
}

// Marks every row that shares a value with another. `value` gives it in the form that the account
// compares.
template <typename Value>
void MarkDuplicates(std::vector<PlannedRow>& rows, Value value) {
  std::unordered_map<std::string, std::vector<PlannedRow*>> by_value;
  for (PlannedRow& row : rows) {
    const std::string normalized = value(row.row.personal);
    if (row.status.ok() && !normalized.empty()) by_value[normalized].push_back(&row);
  }
  for (const auto& [unused, same] : by_value) {
    if (same.size() < 2) continue;
    for (PlannedRow* row : same) row->row.duplicate_in_file = true;
  }
}

}  // namespace

absl::StatusOr<std::vector<PlannedRow>> PlanImport(const ImportHeader& header,
                                                   std::string_view file, IdSource& ids) {
  ROSTER_ASSIGN(const auto cells, ReadCsv(file));
  const CsvRow first = cells.empty() ? CsvRow() : cells.front();
  ROSTER_ASSIGN(const auto columns, ReadMapping(header, first));

  std::vector<PlannedRow> rows;
  for (size_t i = header.has_header() ? 1 : 0; i < cells.size(); ++i) {
    PlannedRow& row = rows.emplace_back();
    row.number = static_cast<uint32_t>(rows.size());
    if ((cells)[i].size() == first.size()) {
      row.row = ReadRow((cells)[i], columns, ids);
    } else {
      row.status = domain::Refuse(Reason::kColumnCount);
    }
  }
  using event::v1::PersonalData;
  MarkDuplicates(rows, [](const PersonalData& p) { return domain::NormalizeEmail(p.email()); });
  MarkDuplicates(rows, [](const PersonalData& p) { return domain::Normalize(p.user_name()); });
  return rows;
}

}  // namespace roster::services
