#include "services/identity/import_header.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_join.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/base/wrong.h"
#include "domain/text/text.h"
#include "services/identity/charset.h"
#include "services/identity/delimiter.h"
#include "services/method/ids.h"

namespace roster::services {
namespace {

using domain::Reason;
using domain::Violation;
using identity::v1::ColumnMapping;
using identity::v1::ImportField;
using identity::v1::ImportHeader;

using Cells = std::vector<std::string>;

constexpr uint32_t kMaxNumber = 256;  // as many columns as a file may have

// The columns of a header by their names as they are compared; of one name the first.
std::unordered_map<std::string, size_t> NamesOf(const Cells& first) {
  std::unordered_map<std::string, size_t> names;
  for (size_t column = 0; column < first.size(); ++column) {
    names.emplace(domain::Normalize(first[column]), column);
  }
  return names;
}

bool IsPartOfName(ImportField field) {
  return field == identity::v1::IMPORT_FIELD_FULL_NAME ||
         field == identity::v1::IMPORT_FIELD_GIVEN_NAME ||
         field == identity::v1::IMPORT_FIELD_FAMILY_NAME;
}

bool HasName(const ImportColumns& columns) {
  return columns.contains(identity::v1::IMPORT_FIELD_FULL_NAME) ||
         (columns.contains(identity::v1::IMPORT_FIELD_GIVEN_NAME) &&
          columns.contains(identity::v1::IMPORT_FIELD_FAMILY_NAME));
}

// MAPPING_INCOMPLETE when a required field has no column.
absl::Status CheckComplete(const ImportColumns& columns) {
  std::vector<std::string> missing;
  if (!HasName(columns)) missing.emplace_back("full_name");
  if (!columns.contains(identity::v1::IMPORT_FIELD_EMAIL)) missing.emplace_back("email");
  if (!columns.contains(identity::v1::IMPORT_FIELD_USER_NAME)) missing.emplace_back("user_name");
  if (missing.empty()) return absl::OkStatus();
  return domain::Refuse(Reason::kMappingIncomplete, {{"fields", absl::StrJoin(missing, ",")}});
}

// One mapping after the other.
class Reading {
 public:
  Reading(const ImportHeader& header, const Cells& first)
      : has_header_(header.has_header()), first_(first) {
    if (has_header_) names_ = NamesOf(first);
  }

  void Add(const ColumnMapping& mapping, const std::string& path) {
    const ImportField field = mapping.field();
    if (field == identity::v1::IMPORT_FIELD_UNSPECIFIED ||
        !identity::v1::ImportField_IsValid(field) || !fields_.insert(field).second) {
      wrong_.push_back({path + ".field", Reason::kInvalidValue, domain::wrong::MappedBefore()});
    } else if (const auto column = Find(mapping)) {
      columns_.emplace(field, *column);
    } else {
      missing_.push_back({field, {path + ".column", Reason::kInvalidValue, NoColumn(mapping)}});
    }
  }

  absl::StatusOr<ImportColumns> Result() {
    for (auto& [field, violation] : missing_) {
      if (field == identity::v1::IMPORT_FIELD_TITLE) continue;
      if (IsPartOfName(field) && HasName(columns_)) continue;
      wrong_.push_back(std::move(violation));
    }
    if (!wrong_.empty()) return domain::RefuseFields(wrong_);
    ROSTER_TRY(CheckComplete(columns_));
    return std::move(columns_);
  }

 private:
  // Nothing when the file has no column of that name or number.
  std::optional<size_t> Find(const ColumnMapping& mapping) const {
    if (mapping.column_case() == ColumnMapping::kNumber) {
      const bool beyond = !has_header_ && (mapping.field() == identity::v1::IMPORT_FIELD_TITLE ||
                                           mapping.field() == identity::v1::IMPORT_FIELD_ROLE);
      const size_t most = beyond ? kMaxNumber : first_.size();
      const bool exists = mapping.number() > 0 && mapping.number() <= most;
      return exists ? std::optional<size_t>(mapping.number() - 1) : std::nullopt;
    }
    const auto found = names_.find(domain::Normalize(mapping.name()));
    const bool named = mapping.column_case() == ColumnMapping::kName && found != names_.end();
    return named ? std::optional<size_t>(found->second) : std::nullopt;
  }

  std::string NoColumn(const ColumnMapping& mapping) const {
    if (mapping.column_case() == ColumnMapping::kName) {
      return domain::wrong::NoSuchColumn(mapping.name(), first_);
    }
    return domain::wrong::OutOfRange(1, static_cast<int64_t>(first_.size()));
  }

  const bool has_header_;
  const Cells& first_;
  std::unordered_map<std::string, size_t> names_;
  std::set<ImportField> fields_;
  ImportColumns columns_;
  std::vector<Violation> wrong_;
  std::vector<std::pair<ImportField, Violation>> missing_;
};

std::string PathOf(int mapping) { return "header.mapping." + std::to_string(mapping); }

}  // namespace

absl::Status CheckHeader(const ImportHeader& header) {
  std::vector<Violation> wrong;
  const auto add = [&](const char* field, std::string what) {
    wrong.push_back({field, Reason::kInvalidValue, std::move(what)});
  };
  if (!header.request_id().empty() && !IsUuid(header.request_id())) {
    add("header.request_id", domain::wrong::NotUuid());
  }
  if (!header.delimiter().empty() && !IsDelimiter(header.delimiter())) {
    add("header.delimiter", domain::wrong::NotDelimiter());
  }
  if (!header.charset().empty() && !IsCharset(header.charset())) {
    add("header.charset", domain::wrong::UnknownCharset());
  }
  return wrong.empty() ? absl::OkStatus() : domain::RefuseFields(wrong);
}

absl::StatusOr<ImportColumns> ReadMapping(const ImportHeader& header, const Cells& first) {
  Reading reading(header, first);
  for (int i = 0; i < header.mapping_size(); ++i) reading.Add(header.mapping(i), PathOf(i));
  return reading.Result();
}

size_t LeastWidth(const ImportColumns& columns) {
  const bool full = columns.contains(identity::v1::IMPORT_FIELD_FULL_NAME);
  size_t least = 0;
  for (const auto& [field, column] : columns) {
    const bool needed =
        field == identity::v1::IMPORT_FIELD_EMAIL ||
        field == identity::v1::IMPORT_FIELD_USER_NAME ||
        (full ? field == identity::v1::IMPORT_FIELD_FULL_NAME : IsPartOfName(field));
    if (needed) least = std::max(least, column + 1);
  }
  return least;
}

absl::Status RefuseColumn(const ImportHeader& header, ImportField field, size_t width) {
  int mapping = 0;
  while (header.mapping(mapping).field() != field) ++mapping;
  return domain::RefuseFields({{PathOf(mapping) + ".column", Reason::kInvalidValue,
                                domain::wrong::OutOfRange(1, static_cast<int64_t>(width))}});
}

}  // namespace roster::services
