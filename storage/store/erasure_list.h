// The erasure list: a file outside the store that names every user who was erased, so that an older
// copy of the vault, or of the log, can't bring one back.

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

// Lines of text (FORMAT.md), only ever added to. Thread-compatible.
class ErasureList {
 public:
  // Reads the list; a file that is missing is an empty one. DATA_LOSS: a line can't be read; the
  // message names the file. `env` null: the system's file system.
  static absl::StatusOr<ErasureList> Open(const std::string& path, rocksdb::Env* env = nullptr);

  // Adds those that are not in it yet, durably.
  absl::Status Add(const std::vector<Erasure>& erasures);

  // Says, durably, that nothing is left of all that were erased up to the position.
  absl::Status Forgotten(Position position);

  // The keys of the list.
  const std::set<uint64_t>& key_ids() const { return key_ids_; }
  // Up to where nothing is left.
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
