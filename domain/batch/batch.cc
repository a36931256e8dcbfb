#include "domain/batch/batch.h"

#include <iterator>

#include "domain/fold.h"

namespace roster::domain {

void Batch::Add(absl::StatusOr<Events> decided) {
  result_.statuses.push_back(decided.status());
  if (!decided.ok()) return;
  event::v1::Commit commit;
  commit.set_account_id(account_id_);
  commit.set_position(so_far_.position());
  for (const event::v1::Event& event : *decided) *commit.add_events() = event;
  Fold(so_far_, commit);
  std::move(decided->begin(), decided->end(), std::back_inserter(result_.events));
}

}  // namespace roster::domain
