// What the commits of a log say about the keys of persons.

#ifndef ROSTER_STORAGE_BACKUP_PERSON_KEYS_H_
#define ROSTER_STORAGE_BACKUP_PERSON_KEYS_H_

#include <algorithm>
#include <set>
#include <utility>

#include "roster/event/v1/commit.pb.h"
#include "storage/store/erasure_list.h"
#include "storage/vault/vault.h"

namespace roster::storage {

using ErasedUsers = std::set<Erasure, ByKey>;

// Gathered commit by commit, from the first one on. Thread-compatible.
class PersonKeys {
 public:
  // `listed`: users in an erasure list.
  explicit PersonKeys(ErasedUsers listed = {}) : listed_(std::move(listed)) {}

  void Add(const event::v1::Commit& commit);

  // The highest key that an event names.
  KeyId last() const { return last_; }
  // The users that the log has erased.
  const ErasedUsers& erased() const { return erased_; }
  bool IsErased(KeyId key_id) const { return erased_keys_.count(key_id) != 0; }
  // The listed users that the log has, and has not erased.
  const ErasedUsers& to_erase() const { return to_erase_; }

 private:
  const ErasedUsers listed_;
  KeyId last_ = 0;
  ErasedUsers erased_;
  std::set<KeyId> erased_keys_;
  ErasedUsers to_erase_;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BACKUP_PERSON_KEYS_H_
