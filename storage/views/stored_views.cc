#include "storage/views/stored_views.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "domain/fold.h"
#include "domain/user/list/search.h"
#include "domain/world/memory_world.h"
#include "domain/world/overlay.h"
#include "storage/base/file.h"
#include "storage/vault/sealing.h"
#include "storage/views/snapshot_world.h"
#include "storage/views/views_db.h"

namespace roster::storage {
namespace {

using domain::Table;
using event::v1::Commit;

// The rows of a table, but those of erased users that wait for a purge.
std::map<std::string, std::string> RowsOf(const domain::World& world, Table table) {
  const domain::ErasedUsers erased(world);
  std::map<std::string, std::string> rows;
  world.ScanRaw(table, "", "", domain::Direction::kAscending,
                [&](std::string_view key, std::string_view row) {
                  if (table != Table::kSearchPast || !erased.Left(key, row)) rows.emplace(key, row);
                  return true;
                });
  return rows;
}

absl::Status Compare(const domain::World& views, const domain::World& folded) {
  for (const Table table : domain::kTables) {
    if (RowsOf(views, table) == RowsOf(folded, table)) continue;
    return absl::DataLossError(
        absl::StrCat("the views have other rows than the log in the table ",
                     std::string(domain::TableName(table)),
                     ". Nothing was changed. Remove their directory: the next start builds them"));
  }
  return absl::OkStatus();
}

}  // namespace

StoredViews OpenStoredViews(const ViewsOptions& options, std::string_view log_id, Position head,
                            const domain::Keys& keys) {
  if (!Exists(options.directory, options.env)) return {nullptr, "there are none"};
  absl::StatusOr<std::unique_ptr<ViewsDb>> db = ViewsDb::OpenReadOnly(options);
  if (!db.ok()) return {nullptr, db.status().ToString()};
  const std::string why = WhyUseless(**db, options, log_id, head);
  if (!why.empty()) return {nullptr, why};
  const Position position = (*db)->ReadIdentity()->position;
  return {std::make_shared<SnapshotWorld>(*std::move(db), keys, position), ""};
}

absl::Status VerifyFold(const ReadOnlyLog& log, const Vault& vault, const domain::World* views,
                        absl::FunctionRef<absl::Status(const domain::World&)> check) {
  domain::MemoryWorld folded(vault);
  domain::Changes tail;  // of the views, up to the head
  std::optional<domain::Overlay> followed;
  if (views != nullptr) followed.emplace(*views, tail);
  ROSTER_TRY(log.Scan([&](std::string_view /*record*/, const Commit& record) -> absl::Status {
    Commit commit = record;
    ROSTER_TRY(CheckKnown(commit));
    ROSTER_TRY(OpenPersonal(vault, commit));
    domain::Changes changes;
    domain::Overlay next(folded, changes);
    domain::Fold(next, commit);
    folded.Apply(changes);
    if (followed && commit.position() > views->position()) domain::Fold(*followed, commit);
    return absl::OkStatus();
  }));
  ROSTER_TRY(check(folded));
  return followed ? Compare(*followed, folded) : absl::OkStatus();
}

}  // namespace roster::storage
