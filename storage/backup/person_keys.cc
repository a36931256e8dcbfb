#include "storage/backup/person_keys.h"

#include <optional>

#include "domain/subjects.h"
#include "domain/user/erase.h"

namespace roster::storage {

void PersonKeys::Add(const event::v1::Commit& commit) {
  for (const event::v1::Event& event : commit.events()) {
    if (!event.has_sealed()) continue;
    last_ = std::max(last_, event.sealed().key_id());
    const std::optional<domain::Person> person = domain::PersonOf(event);
    if (!person) continue;
    const auto found = listed_.find({.account_id = commit.account_id(),
                                     .user_id = person->user_id,
                                     .key_id = event.sealed().key_id()});
    if (found != listed_.end()) to_erase_.insert(*found);
  }
  for (const Erasure& erasure : domain::ErasuresOf(commit)) {
    erased_.insert(erasure);
    erased_keys_.insert(erasure.key_id);
    to_erase_.erase(erasure);
  }
}

}  // namespace roster::storage
