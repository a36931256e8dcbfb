// The erasure list: a file outside the store with the ids of every erased user, of their account
// and of their key, and no personal data. With it they stay erased when an older copy of the vault
// or of the log is restored.

#ifndef ROSTER_STORAGE_STORE_ERASURE_LIST_H_
#define ROSTER_STORAGE_STORE_ERASURE_LIST_H_

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/base/mutex.h"
#include "storage/pipeline/proposal.h"

namespace rocksdb {
class Env;
}

namespace roster::storage {

// The order of keys. A number may be that of two keys, where a store was restored and a newer log
// lost, so the user belongs to it.
struct ByKey {
  bool operator()(const Erasure& a, const Erasure& b) const;
};

// What an erasure list says.
struct Erasures {
  std::set<Erasure, ByKey> users;
  // Nothing is left of any user erased up to this position.
  Position forgotten = 0;
};

// Reads the text of a list. DATA_LOSS: a line is damaged; the message has the name.
absl::StatusOr<Erasures> ParseErasures(std::string_view text, const std::string& name);
// The lines of these users, each with its line feed.
std::string EncodeErasures(const std::set<Erasure, ByKey>& users);

// Lines of text (FORMAT.md), which are added and never changed. Thread-safe.
class ErasureList {
 public:
  // Reads the list; without a file it is empty. DATA_LOSS: a line is damaged; the message names the
  // file. `env` null: the system's file system.
  static absl::StatusOr<std::unique_ptr<ErasureList>> Open(const std::string& path,
                                                           rocksdb::Env* env = nullptr);

  // Adds the erasures that are not in the list yet, durably. RESOURCE_EXHAUSTED: the disk is full;
  // it may be tried again.
  absl::Status Add(const std::vector<Erasure>& erasures);

  // Records, durably, that nothing is left of any user erased up to the position.
  absl::Status MarkForgotten(Position position);

  Erasures content() const;
  bool Has(const Erasure& erasure) const;
  // The highest position given to MarkForgotten; 0 before the first.
  Position forgotten() const;

 private:
  ErasureList(std::string path, rocksdb::Env* env) : path_(std::move(path)), env_(env) {}

  const std::string path_;
  rocksdb::Env* const env_;
  mutable Mutex mutex_;  // held while a line is written
  Erasures content_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_ERASURE_LIST_H_
