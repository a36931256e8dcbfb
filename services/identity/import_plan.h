// What an import is going to do: the rows of its file as the mapping reads them, in groups of one
// commit each.

#ifndef ROSTER_SERVICES_IDENTITY_IMPORT_PLAN_H_
#define ROSTER_SERVICES_IDENTITY_IMPORT_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "domain/import/import_users.h"
#include "roster/identity/v1/import.pb.h"
#include "services/identity/csv.h"
#include "services/identity/import_header.h"
#include "services/method/ids.h"

namespace roster::services {

// Rows of the file that are settled together, at most.
inline constexpr size_t kImportGroupRows = 200;

// A row of the file: what it asks for, or why it can't be read.
struct PlannedRow {
  uint32_t number = 0;  // as CsvRow counts them
  uint32_t line = 0;
  absl::Status status;
  domain::ImportRow row;
};

// First takes the file as it arrives and keeps of each row the cells that are mapped; then marks
// duplicates; then gives the rows in groups. So no row is given before all of the file was read.
// What it keeps is bounded: 128 MiB, with 64 bytes for each row. Thread-compatible.
class ImportPlan {
 public:
  // The header and the source of ids outlive it. The charset and the delimiter of the header are
  // empty or good (CheckHeader).
  ImportPlan(const identity::v1::ImportHeader& header, IdSource& ids);
  ImportPlan(const ImportPlan&) = delete;
  ImportPlan& operator=(const ImportPlan&) = delete;

  // The next bytes of the file. Refuses the file as a whole, as soon as that is known:
  // MAPPING_INCOMPLETE {fields}, INVALID_FIELDS (a column that does not exist, two for one field,
  // or a title above the names of the columns), what CsvReader refuses, and LIMIT_EXCEEDED
  // {limit, value, row, line}: kept_bytes.
  absl::Status Read(std::string_view bytes);

  // There are no more. Marks rows that share a normalised email or user name as duplicates, all of
  // them. Refuses as Read, and with EMPTY_FILE; CANCELLED: `stopped`, which is asked at each row,
  // said so.
  absl::Status Finish(absl::FunctionRef<bool()> stopped);

  // How many rows the file has, without the header.
  size_t rows() const { return rows_.size(); }

  // The next rows, at most kImportGroupRows and as many as fit into a commit; none in the end. The
  // same cuts for the same file. Cells that are left out at the end of a row are empty. Rows with
  // more columns than the first, or without those that are required, have COLUMN_COUNT {columns,
  // expected}. Their cells are not kept any longer.
  std::vector<PlannedRow> NextGroup();

 private:
  // A row as it is kept: the mapped cells one after another, each behind its length.
  struct KeptRow {
    std::string cells;
    uint32_t line = 0;
    uint32_t wrong_width = 0;     // columns, where they are too many or too few
    uint32_t same_email = 0;      // the number of another row with it; 0: none
    uint32_t same_user_name = 0;  // the same
  };

  absl::Status TakeRow(const CsvRow& row);
  absl::Status TakeFirst(const CsvRow& row);
  bool Fits(const CsvRow& row) const;
  // Refuses a column of roles that no row has: the users would be left without.
  absl::Status CheckWidest() const;
  domain::OtherRow Other(uint32_t number) const;
  event::v1::PersonalData PersonalOf(const KeptRow& kept, std::string& roles) const;
  PlannedRow Plan(size_t index) const;
  template <typename Value>
  absl::Status MarkDuplicates(absl::FunctionRef<bool()> stopped, Value value,
                              uint32_t KeptRow::*other);

  const identity::v1::ImportHeader& header_;
  IdSource& ids_;
  CsvReader reader_;
  // Which column, from 0, holds a field; known with the first row, unless that is a title.
  std::optional<ImportColumns> columns_;
  absl::Status not_mapped_;  // why the first row names no columns
  size_t width_ = 0;         // the most columns of a row
  size_t widest_ = 0;        // of the rows so far
  std::vector<KeptRow> rows_;
  size_t kept_bytes_ = 0;
  size_t next_ = 0;  // the first row that was not given yet
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IDENTITY_IMPORT_PLAN_H_
