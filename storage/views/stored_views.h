// Views that are looked at and not touched: whether they can be used, and whether they are what
// their log folds to.

#ifndef ROSTER_STORAGE_VIEWS_STORED_VIEWS_H_
#define ROSTER_STORAGE_VIEWS_STORED_VIEWS_H_

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "domain/world/world.h"
#include "storage/log/read_only_log.h"
#include "storage/vault/vault.h"
#include "storage/views/views.h"

namespace roster::storage {

// The views of a directory, or why the next start will build them anew.
struct StoredViews {
  std::shared_ptr<const domain::World> world;  // null: they can't be used
  std::string why_useless;
};

// Opens views that no process has open, and changes no file. The keys outlive the world.
StoredViews OpenStoredViews(const ViewsOptions& options, std::string_view log_id, Position head,
                            const domain::Keys& keys);

// Folds the whole log in memory, which takes about as much as the rows of the views, and opens all
// personal data that is not forgotten. Asks `check` about the world at the head of the log, then
// compares the views with it; null: there are none to compare.
// DATA_LOSS: a key is missing or opens nothing, or the views have other rows.
// FAILED_PRECONDITION: the log has an event that this version does not know. Errors of `check`.
absl::Status VerifyFold(const ReadOnlyLog& log, const Vault& vault, const domain::World* views,
                        absl::FunctionRef<absl::Status(const domain::World&)> check);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_VIEWS_STORED_VIEWS_H_
