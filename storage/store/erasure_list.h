// The erasure list: a file outside the store with the ids of every erased user, of their account
// and of their key, and no personal data. With it they stay erased when an older copy of the vault
// or of the log is restored.

#ifndef ROSTER_STORAGE_STORE_ERASURE_LIST_H_
#define ROSTER_STORAGE_STORE_ERASURE_LIST_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/pipeline/proposal.h"

namespace rocksdb {
class Env;
}

namespace roster::storage {

// Lines of text (FORMAT.md), which are added and never changed. Thread-compatible.
class ErasureList {
 public:
  // Reads the list; without a file it is empty. DATA_LOSS: a line is damaged; the message names the
  // file. `env` null: the system's file system.
  static absl::StatusOr<ErasureList> Open(const std::string& path, rocksdb::Env* env = nullptr);

  // Adds the erasures that are not in the list yet, durably.
  absl::Status Add(const std::vector<Erasure>& erasures);

  // Records, durably, that nothing is left of any user erased up to the position.
  absl::Status MarkForgotten(Position position);

  // The keys of the erased users.
  const std::set<uint64_t>& key_ids() const { return key_ids_; }
  // The highest position given to MarkForgotten; 0 before the first.
  Position forgotten() const { return forgotten_; }

 private:
  ErasureList(std::string path, rocksdb::Env* env) : path_(std::move(path)), env_(env) {}

  absl::Status ReadLine(std::string_view line);

  std::string path_;
  rocksdb::Env* env_;
  std::set<uint64_t> key_ids_;
  Position forgotten_ = 0;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_ERASURE_LIST_H_
