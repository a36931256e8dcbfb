// The erasure list: a file outside the store with the ids of every erased user, of their account
// and of their key, and no personal data. With it they stay erased when an older copy of the vault
// or of the log is restored.

#ifndef ROSTER_STORAGE_STORE_ERASURE_LIST_H_
#define ROSTER_STORAGE_STORE_ERASURE_LIST_H_

#include <memory>
#include <set>
#include <string>
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

  // The keys of the erased users.
  std::set<uint64_t> key_ids() const;
  bool Has(uint64_t key_id) const;
  // The highest position given to MarkForgotten; 0 before the first.
  Position forgotten() const;

 private:
  ErasureList(std::string path, rocksdb::Env* env) : path_(std::move(path)), env_(env) {}

  absl::Status ReadLine(std::string_view line);

  const std::string path_;
  rocksdb::Env* const env_;
  mutable Mutex mutex_;  // held while a line is written
  std::set<uint64_t> key_ids_ ABSL_GUARDED_BY(mutex_);
  Position forgotten_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_ERASURE_LIST_H_
