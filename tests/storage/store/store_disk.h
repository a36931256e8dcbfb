// A whole store on a disk in memory, under load.

#ifndef ROSTER_TESTS_STORAGE_STORE_STORE_DISK_H_
#define ROSTER_TESTS_STORAGE_STORE_STORE_DISK_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "rocksdb/env.h"
#include "storage/store/store.h"
#include "tests/storage/disk/power_loss.h"
#include "tests/storage/kill/load.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {

// A store that has the first commits of the load. Only its key-encryption key, and an empty
// directory to lock, are on the system's disk.
class StoreDisk {
 public:
  StoreDisk();

  // What it is on a disk, before it was ever opened.
  const DiskImage& created() const { return created_; }
  const StorePaths& paths() const { return paths_; }

  // Opens what is on a disk. `on_damage` as in StoreOptions.
  absl::StatusOr<std::unique_ptr<Store>> Open(
      rocksdb::Env& env, const std::function<void(std::string_view)>& say,
      std::function<void(std::string_view)> on_damage = nullptr) const;

 private:
  TempDirectory directory_;
  const StorePaths paths_ = StorePaths::Beside(directory_ / "data");
  DiskImage created_;
};

// Submits commands to a store, a few at a time, and waits for them. `ask` and `told` are called
// before and after; `told` from threads of the store, but never by two at once.
struct Submission {
  int commands = 0;
  std::function<void(const Command&)> ask;
  std::function<void(const Command&, const Answer&)> told;
};
void Submit(Store& store, Load& load, const Submission& submission);

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_STORE_STORE_DISK_H_
